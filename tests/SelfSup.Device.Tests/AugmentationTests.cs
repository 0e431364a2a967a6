using SelfSup.Augmentations;
using SelfSup.Tests;
using static TorchSharp.torch;

namespace SelfSup.DeviceTests;

/// <summary>Every step of the augmentation runs on the device of the images.</summary>
public class AugmentationTests
{
    private static readonly Dictionary<string, Augmentation> ByName = new()
    {
        ["none"] = Augmentation.None,
        ["default"] = new(),
        ["resized"] = new() { MinimumArea = 0.3 },
        ["jitter"] = new() { Brightness = 0.4, Contrast = 0.4, Saturation = 0.4, Hue = 0.1, JitterProbability = 0.8 },
        ["gray"] = new() { Grayscale = 0.5 },
        ["blur"] = new() { Blur = 0.5, MaximumBlurDeviation = 14 },
        ["solarize"] = new() { Solarize = 0.5 },
        ["all"] = new() { MinimumArea = 0.3, Brightness = 0.4, Contrast = 0.4, Saturation = 0.2, Hue = 0.1, Grayscale = 0.2, Blur = 0.5, MaximumBlurDeviation = 14, Solarize = 0.2 },
    };

    public static TheoryData<string> Names => [.. ByName.Keys];

    [DeviceTheory]
    [MemberData(nameof(Names))]
    public void Images_and_clips_are_varied_on_the_device_as_on_the_CPU(string name)
    {
        using var scope = NewDisposeScope();
        foreach (var images in new[] { TestImages.Colorful(4, 32), TestImages.Moving(4, 3, 32) })
        {
            using RandomSource here = new(3), there = new(3, SecondDevice.Device);
            var expected = ByName[name].Apply(images, 32, here);
            var found = ByName[name].Apply(images.to(SecondDevice.Device), 32, there);
            SecondDevice.Holds(found, name);
            Assert.True(expected.Equals(found.cpu()));
        }
    }
}
