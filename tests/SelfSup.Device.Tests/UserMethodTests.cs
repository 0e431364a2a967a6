using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Tests;
using SelfSup.Training;
using SelfSup.Usage.Tests.Methods;
using static TorchSharp.torch;

namespace SelfSup.DeviceTests;

/// <summary>Methods that a user writes with the public API alone train on a device, from the first image to the exported encoder.</summary>
public class UserMethodTests
{
    private static readonly Dictionary<string, (Func<IPretextTask> Task, Func<Encoder> Encoder)> Methods = new()
    {
        ["simsiam"] = (() => new SimSiamTask(), () => new ConvNet(32)),
        ["byol"] = (() => new ByolTask(), () => new ConvNet(32)),
        ["dino"] = (() => new DinoTask(), () => new ConvNet(32)),
        ["deepcluster"] = (() => new DeepClusterTask(4), () => new ConvNet(32)),
        ["cross-color"] = (() => new CrossColorTask(), () => new SplitEncoder(32)),
        ["masked-tokens"] = (() => new MaskedTokensTask(), () => new TokenEncoder(32)),
    };

    public static TheoryData<string> Names => [.. Methods.Keys];

    [DeviceTheory]
    [MemberData(nameof(Names))]
    public void It_trains_on_the_device(string name)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var encoder = Methods[name].Encoder();
        var task = Methods[name].Task();
        var result = Pretraining.Run(encoder, [new WeightedTask(task)], new ProceduralImages(4, seed: 4), new()
        {
            Epochs = 2,
            BatchSize = 4,
            Recipe = task.Recipe is { } recipe ? recipe with { Warmup = 0 } : null,
            RunFolder = folder.Path,
            Precision = Precision.Float32,
            Device = SecondDevice.Device,
        });
        Assert.IsType<ShortRunWarning>(Assert.Single(result.Warnings)); // a preview that failed would be one more
        foreach (var (key, value) in encoder.state_dict())
            SecondDevice.Holds(value, key);
        using SafetensorsFile trained = SafetensorsFile.Read(folder["encoder.safetensors"]);
        using var untrained = Methods[name].Encoder();
        Assert.All(untrained.named_parameters(), pair => Assert.False(pair.parameter.Equals(trained.Tensors[pair.name]), pair.name));
    }
}
