"""PyTorch's side of the benchmarks: one request a line on stdin, one figure (images a second) a line on stdout.

Requests: "versions", "step TASK NETWORK MODE DEVICE IMAGES [WARMUP STEPS]", "decode FOLDER MODE", "load FOLDER MODE WORKERS EPOCHS".
"""
import math
import os
import statistics
import sys
import time
from pathlib import Path

try:
    import PIL
    import torch
    import torchvision
    from PIL import Image
    from torch import nn
    from torchvision import transforms

    import views
except ImportError:
    sys.exit(1)  # who asked says that there is no peer

NORMALIZE = transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
steps = {}
torch.set_num_threads(os.cpu_count())  # some builds begin with one


def convnet():
    layers, inputs = [], 3
    for width in (32, 64, 128, 256):
        layers += [nn.Conv2d(inputs, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True), nn.MaxPool2d(2)]
        inputs = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(256, 4))


def resnet18():
    network = torchvision.models.resnet18(num_classes=4)
    network.conv1 = nn.Conv2d(3, 64, 3, stride=2, padding=1, bias=False)
    return network


def small_resnet18():
    network = torchvision.models.resnet18(num_classes=4)
    network.conv1 = nn.Conv2d(3, 64, 3, padding=1, bias=False)
    network.maxpool = nn.Identity()
    return network


# Name: how to make it, and the size of an image or a clip.
NETWORKS = {
    "convnet": (convnet, (32, 32)),
    "resnet18": (resnet18, (96, 96)),
    "resnet18-32": (small_resnet18, (32, 32)),
    "resnet50-224": (lambda: torchvision.models.resnet50(num_classes=4), (224, 224)),
    "r3d_18-112": (lambda: torchvision.models.video.r3d_18(num_classes=4), (16, 112, 112)),
}


class Step:
    """One step of SGD with momentum and weight decay on images that stay where they are."""

    def __init__(self, network, mode, device, count, read_size):
        channels_last = torch.channels_last if len(read_size) == 2 else torch.channels_last_3d
        self.bf16 = "bf16" in mode
        self.format = channels_last if "channels-last" in mode else torch.contiguous_format
        self.device = device
        self.network = network.to(device, memory_format=self.format).train()
        self.images = torch.randint(0, 256, (count, 3, *read_size), dtype=torch.uint8, device=device)
        self.optimizer = torch.optim.SGD(self.network.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=5e-4)
        shape = (1, 3, *(1 for _ in read_size))
        self.mean = torch.tensor((0.485, 0.456, 0.406), device=device).view(shape) * 255
        self.deviation = torch.tensor((0.229, 0.224, 0.225), device=device).view(shape) * 255

    def run(self):
        inputs = self.inputs().float().sub_(self.mean).div_(self.deviation).contiguous(memory_format=self.format)
        with torch.autocast(self.device.split(":")[0], dtype=torch.bfloat16, enabled=self.bf16):
            outputs = self.network(inputs)
        loss = self.loss(outputs.float())
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        loss.item()
        return len(inputs)


class Rotation(Step):
    """Four turns of every image, told apart."""

    def __init__(self, network, mode, device, count):
        create, size = NETWORKS[network]
        super().__init__(create(), mode, device, count, size)
        self.labels = torch.arange(4, device=device).repeat_interleave(count)

    def inputs(self):
        return torch.cat([torch.rot90(self.images, turns, (-2, -1)) for turns in range(4)])

    def loss(self, outputs):
        return nn.functional.cross_entropy(outputs, self.labels)


class SimClr(Step):
    """Two views of every image, each of which finds the other one."""

    def __init__(self, network, mode, device, count):
        create, (self.size, _) = NETWORKS[network]
        encoder = create()
        name, last = list(encoder.named_children())[-1]
        width = last.in_features
        setattr(encoder, name, nn.Sequential(
            nn.Linear(width, width, bias=False), nn.BatchNorm1d(width), nn.ReLU(inplace=True), nn.Linear(width, 128)))
        read_size = self.size if self.size <= 40 else self.size * 4 // 3
        super().__init__(encoder, mode, device, count, (read_size, read_size))
        self.itself = torch.eye(2 * count, dtype=torch.bool, device=device)
        self.other = torch.arange(2 * count, device=device).roll(count)

    def inputs(self):
        return torch.cat([views.view(self.images, self.size) for _ in range(2)])

    def loss(self, outputs):
        rows = nn.functional.normalize(outputs)
        return nn.functional.cross_entropy((rows @ rows.T / 0.2).masked_fill(self.itself, -math.inf), self.other)


TASKS = {"rotation": Rotation, "simclr": SimClr}


class Photos(torch.utils.data.Dataset):
    def __init__(self, folder, mode):
        self.files = sorted(str(path) for path in Path(folder).rglob("*.jpg"))
        self.draft = mode == "draft"
        self.transform = transforms.Compose(
            [transforms.RandomResizedCrop(96, scale=(0.2, 1)), transforms.RandomHorizontalFlip(), transforms.ToTensor(), NORMALIZE])

    def __len__(self):
        return len(self.files)

    def open(self, index):
        image = Image.open(self.files[index])
        if self.draft:
            image.draft("RGB", (192, 192))
        return image.convert("RGB")

    def __getitem__(self, index):
        return self.transform(self.open(index))


def step(task, network, mode, device, images, warmup=3, count=15):
    key = (task, network, mode, device, images)
    if key not in steps:
        torch.manual_seed(0)
        steps[key] = TASKS[task](network, mode, device, int(images))
    runner = steps[key]
    for _ in range(int(warmup)):
        runner.run()
    durations = []
    for _ in range(int(count)):
        start = time.perf_counter()
        inputs = runner.run()
        durations.append(time.perf_counter() - start)
    return inputs / statistics.median(durations)


def decode(folder, mode):
    photos = Photos(folder, mode)
    resize = transforms.Compose([transforms.Resize(96), transforms.CenterCrop(96)])
    start = time.perf_counter()
    for index in range(len(photos)):
        resize(photos.open(index))
    return len(photos) / (time.perf_counter() - start)


def load(folder, mode, workers, epochs):
    photos = Photos(folder, mode)
    photos.files *= int(epochs)
    loader = torch.utils.data.DataLoader(photos, batch_size=64, shuffle=True, num_workers=int(workers))
    start, seen = time.perf_counter(), 0
    for batch in loader:
        seen += len(batch)
    return seen / (time.perf_counter() - start)


def versions():
    return f"PyTorch {torch.__version__}, torchvision {torchvision.__version__}, Pillow {PIL.__version__}"


for line in sys.stdin:
    name, *arguments = line.rstrip("\n").split("\t")
    print({"step": step, "decode": decode, "load": load, "versions": versions}[name](*arguments), flush=True)
