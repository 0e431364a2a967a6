"""SimCLR's views in PyTorch, a batch at a time on any device: what SelfSup's own augmentations draw."""
import math

import torch
from torch.nn import functional

LARGEST_SIDE_AT_ONCE = 48  # up to here two matrices for the whole batch are faster on CPUs than a call for every image
RESIZES_BYTES = tuple(int(part) for part in torch.__version__.split(".")[:2]) >= (2, 1)
LUMINANCE = (0.213, 0.715, 0.072)


def view(images, size, color_strength=0.5):
    """A crop of 8 % to all of every image, mirrored, its colors changed, blurred where that can be seen: uint8 (N, 3, size, size)."""
    crops = crop(images, size).float()
    changed = jitter(crops, 0.8 * color_strength, 0.2 * color_strength)
    deviation = 2 * size / 224
    if deviation > 0.3:
        changed = blur(changed, deviation / 20, deviation)
    return changed.add_(0.5).to(torch.uint8)


def crop(images, size):
    count, _, height, width = images.shape
    draws = torch.rand(5, count, device=images.device)
    area = 0.08 + 0.92 * draws[0]
    ratio = torch.exp((2 * draws[1] - 1) * math.log(4 / 3)).maximum(area).minimum(1 / area)
    heights = (torch.sqrt(area / ratio) * height).round_().clamp_(1, height)
    widths = (torch.sqrt(area * ratio) * width).round_().clamp_(1, width)
    tops = ((height + 1 - heights) * draws[2]).floor_().minimum(height - heights)
    lefts = ((width + 1 - widths) * draws[3]).floor_().minimum(width - widths)
    mirrored = draws[4] < 0.5
    if images.device.type == "cpu" and max(height, size) > LARGEST_SIDE_AT_ONCE:
        boxes = torch.stack([tops, heights, lefts, widths, mirrored.float()]).long().T.tolist()
        return torch.cat([resize_one(image, box, size) for image, box in zip(images.split(1), boxes)])
    place = torch.arange(size, device=images.device).add(0.5).view(1, -1)
    rows = filter_weights(tops, heights, place, height)
    columns = filter_weights(lefts, widths, torch.where(mirrored.view(-1, 1), size - place, place), width)
    return rows.unsqueeze(1) @ (images.float() @ columns.transpose(1, 2).unsqueeze(1))


def resize_one(image, box, size):
    top, height, left, width, mirrored = box
    part = image[:, :, top:top + height, left:left + width]
    if not RESIZES_BYTES:
        part = part.float()
    resized = functional.interpolate(part, (size, size), mode="bilinear", align_corners=False, antialias=True)
    return resized.flip(3) if mirrored else resized


def filter_weights(start, length, place, source):
    """The weight of every source pixel in every target pixel, (N, size, source): a triangle, widened where it makes smaller."""
    start, length = start.view(-1, 1, 1), length.view(-1, 1, 1)
    step = length / place.shape[1]
    reach = step.clamp_min(1)
    pixel = torch.arange(source, device=start.device).view(1, 1, -1)
    center = place.unsqueeze(2) * step + start - 0.5
    weights = (1 - (pixel - center).abs() / reach).clamp_min_(0) * ((pixel >= start) & (pixel < start + length))
    return weights / weights.sum(2, keepdim=True)


def jitter(images, strength, hue):
    """Brightness, contrast, saturation and hue of four fifths of the images; a fifth becomes gray. Levels in 0..255."""
    count, device = len(images), images.device
    draws = torch.rand(6, count, 1, 1, 1, device=device)
    changed = draws[5] < 0.8
    below = min(1, strength)
    brightness, contrast, saturation = torch.where(changed, 1 - below + (below + strength) * draws[:3], 1.0)
    images = images * brightness
    images = (1 - contrast) * luminance(images).mean((2, 3), keepdim=True) + contrast * images
    gray = luminance(images)
    images = gray + saturation * (images - gray)
    images = (hue_matrix((2 * draws[3] - 1) * (2 * math.pi * hue) * changed) @ images.flatten(2)).view_as(images)
    return torch.where(draws[4] < 0.2, luminance(images), images).clamp_(0, 255)


def luminance(images):
    red, green, blue = images.unbind(1)
    return (LUMINANCE[0] * red + LUMINANCE[1] * green + LUMINANCE[2] * blue).unsqueeze(1)


def hue_matrix(angle):
    """Turns colors about the gray axis, as the W3C's hueRotate does: (N, 3, 3)."""
    angle = angle.view(-1, 1, 1)
    gray = torch.tensor(LUMINANCE, device=angle.device).view(1, 1, 3).expand(1, 3, 3)
    quarter = torch.tensor([[-0.213, -0.715, 0.928], [0.143, 0.140, -0.283], [-0.787, 0.715, 0.072]], device=angle.device)
    return gray + (torch.eye(3, device=angle.device) - gray) * angle.cos() + quarter * angle.sin()


def blur(images, least, most):
    """Blurs half of the images by Gaussians of random width, by a separable filter of their own for every image."""
    count, channels, side, _ = images.shape
    radius = min(math.ceil(3 * most), side - 1)
    deviation = torch.rand(count, 1, device=images.device) * (most - least) + least
    distance = torch.arange(-radius, radius + 1, device=images.device).view(1, -1)
    gaussian = torch.exp(-0.5 * (distance / deviation) ** 2)
    gaussian /= gaussian.sum(1, keepdim=True)
    weights = torch.where(torch.rand(count, 1, device=images.device) < 0.5, gaussian, (distance == 0).float())
    weights = weights.repeat_interleave(channels, 0).unsqueeze(1)
    planes = functional.pad(images.reshape(1, count * channels, side, side), (radius,) * 4, mode="reflect")
    planes = functional.conv2d(planes, weights.unsqueeze(2), groups=count * channels)
    return functional.conv2d(planes, weights.unsqueeze(3), groups=count * channels).view_as(images)
