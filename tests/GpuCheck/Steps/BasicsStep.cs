using SelfSup.Augmentations;
using SelfSup.Runtime;
using SelfSup.Tests;
using SelfSup.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.GpuCheck.Steps;

/// <summary>What everything else rests on: the device computes what the CPU computes, of the same draws.</summary>
internal static class BasicsStep
{
    private const double Float32Tolerance = 2e-5; // products in TF32 are off by some 1e-4
    private const double GrayLevelTolerance = 0.02;

    public static void Run(CheckSettings settings, Findings findings)
    {
        var device = CheckedDevice.Of(settings);
        if (settings.IsCuda)
        {
            findings.Add("cards", cuda.device_count());
            for (var index = 0; index < cuda.device_count(); index++)
                findings.Try($"cuda:{index}", () => Work(new Device($"cuda:{index}"), findings));
        }
        findings.Try("draws", () => CompareDraws(device, findings));
        findings.Try("matrix product", () => Compare("matrix_product", device, findings, Float32Tolerance, random =>
            random.Normal(256, 512).matmul(random.Normal(512, 128))));
        findings.Try("convolution", () => Compare("convolution", device, findings, Float32Tolerance, random =>
            nn.functional.conv2d(ChannelsLast.Of(random.Normal(8, 32, 28, 28)), random.Normal(64, 32, 3, 3), padding: [1, 1])));
        findings.Try("convolution of clips", () => Compare("convolution_of_clips", device, findings, Float32Tolerance, random =>
            nn.functional.conv3d(random.Normal(2, 16, 8, 28, 28), random.Normal(32, 16, 3, 3, 3), padding: [1, 1, 1])));
        findings.Try("gradient", () => Compare("gradient_of_a_convolution", device, findings, Float32Tolerance, GradientOfConvolution));
        findings.Try("augmentation", () => Compare("augmentation", device, findings, GrayLevelTolerance, Augment, meanOfDifferences: true));
        findings.Try("dropout", () => CheckDropout(device, findings));
        if (Autocast.IsSupported)
            findings.Try("autocast", () => CheckAutocast(device, findings));
        findings.Add("bfloat16_pays", BFloat16Units.PayOn(device));
    }

    /// <summary>Does the same on the CPU and on the device: the largest difference, as a share of the largest value, or the mean one.</summary>
    private static void Compare(
        string name, Device device, Findings findings, double tolerance, Func<RandomSource, Tensor> work, bool meanOfDifferences = false)
    {
        using var scope = NewDisposeScope();
        using RandomSource here = new(1), there = new(1, device);
        var expected = work(here);
        var differences = work(there).cpu().sub(expected).abs();
        var difference = meanOfDifferences
            ? differences.mean().item<float>()
            : differences.max().item<float>() / expected.abs().max().item<float>();
        findings.Add(name, difference);
        findings.Require(difference <= tolerance, $"{name} differs from the CPU's by {difference:G3}");
    }

    private static void Work(Device device, Findings findings)
    {
        using var scope = NewDisposeScope();
        var sum = HostMemory.Send(arange(1000, int64, CPU), device).sum();
        findings.Require(sum.device.index == device.index, $"a tensor for {device} is on {sum.device}");
        findings.Require(sum.item<long>() == 499_500, $"{device} adds up wrongly");
    }

    private static void CompareDraws(Device device, Findings findings)
    {
        using var scope = NewDisposeScope();
        using RandomSource here = new(3), there = new(3, device);
        foreach (var draw in new Func<RandomSource, Tensor>[]
        {
            random => random.Uniform(1000), random => random.Normal(1000), random => random.Integers(10, 1000),
            random => random.Permutation(1000), random => random.Chance(0.3, 1000),
        })
        {
            var (expected, found) = (draw(here), draw(there));
            findings.Require(found.device.type == device.type, $"a draw for {device} is on {found.device}");
            findings.Require(found.cpu().Equals(expected), $"draws of {expected.dtype} are not the CPU's");
        }
    }

    private static Tensor GradientOfConvolution(RandomSource random)
    {
        var weight = random.Normal(16, 8, 3, 3).requires_grad_();
        nn.functional.conv2d(random.Normal(4, 8, 20, 20), weight, strides: [2, 2], padding: [1, 1]).relu().mean().backward();
        return weight.grad!;
    }

    private static Tensor Augment(RandomSource random)
    {
        var everything = new Augmentation
        {
            MinimumArea = 0.3,
            JitterProbability = 0.8,
            Brightness = 0.4,
            Contrast = 0.4,
            Saturation = 0.2,
            Hue = 0.1,
            Grayscale = 0.2,
            Blur = 0.5,
            MaximumBlurDeviation = 14,
            Solarize = 0.2,
        };
        using var images = TestImages.Colorful(16, 64);
        return everything.Apply(HostMemory.Send(images, random.Device), 32, random).to(ScalarType.Float32);
    }

    private static void CheckDropout(Device device, Findings findings)
    {
        using var scope = NewDisposeScope();
        Tensor Draw(long seed)
        {
            Seeds.SeedProcess(device, seed);
            return nn.functional.dropout(ones(10_000, device: device), 0.5, training: true);
        }
        var (first, second, other) = (Draw(1), Draw(1), Draw(2));
        findings.Require(first.Equals(second), "dropout differs under one seed");
        findings.Require(!first.Equals(other), "dropout does not depend on the seed");
    }

    private static void CheckAutocast(Device device, Findings findings)
    {
        using var scope = NewDisposeScope();
        Tensor Multiply() => ones(8, 8, device: device).matmul(ones(8, 8, device: device));
        using (Autocast.ToBFloat16(device))
            findings.Require(Multiply().dtype == ScalarType.BFloat16, "autocast leaves products in float32");
        findings.Require(Multiply().dtype == ScalarType.Float32, "autocast goes on after its end");
    }
}
