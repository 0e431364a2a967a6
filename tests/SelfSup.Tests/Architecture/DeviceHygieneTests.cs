using System.Text.RegularExpressions;

namespace SelfSup.Tests.Architecture;

/// <summary>
/// No tensor without a device, no draw outside the random source, and no wait for the device inside a step: what the sources say, since
/// no CPU tells the difference.
/// </summary>
public partial class DeviceHygieneTests
{
    /// <summary>Files that draw for all the others, and first weights of heads, drawn from the process-wide seed as TorchSharp's layers are.</summary>
    private static readonly string[] Draws =
    [
        "RandomSource.cs", "Encoders/Initialization.cs", "Heads/UnitLinear.cs: UnitLinear", "Tasks/Adversarial/ImageGenerator.cs: DrawWeights",
        "Tasks/Inpainting/ChannelwiseLinear.cs: ChannelwiseLinear", "Tasks/Mae/MaeModel.cs: MaeModel", "Tasks/SimMim/SimMimModel.cs: SimMimModel",
    ];

    /// <summary>Where values may be read back, which waits for the device, each with the reason: a folder, a file, or a member of a file.</summary>
    private static readonly Dictionary<string, string> Reads = new()
    {
        ["Files/"] = "Weights are written to a file from the CPU.",
        ["Onnx/"] = "Weights are written to a file from the CPU.",
        ["Previews/"] = "A picture is drawn on the CPU, once an epoch.",
        ["Testing/"] = "A check of a task asserts values.",
        ["Transfer/"] = "Probes and classifiers give numbers to their caller; none of it is in a training step.",
        ["Curation/"] = "Choices and findings are given to their caller; none of it is in a training step.",
        ["Training/Metrics/MetricsLog.cs: Read"] = "Metrics are read some steps after they were computed.",
        ["Training/Metrics/MetricList.cs: Read"] = "Held-out measures, and the policy that looks at every loss when asked to.",
        ["Training/EpochOrder.cs: Read"] = "The order of an epoch is kept on the CPU.",
        ["Training/Ranks.cs"] = "Numbers and texts that ranks tell one another are on the CPU.",
        ["Optimization/AdamWOptimizer.cs: Steps"] = "The numbers of updates are kept on the CPU.",
        ["Runtime/ImageBatchTensors.cs: ToTensor"] = "Pixels are written into memory of the CPU, from which they are sent.",
        ["Augmentations/BoxResampling.cs: OneByOne"] = "The form for CPUs.",
        ["Tasks/Colorization/ColorizationModel.cs: Prepare"] = "Statistics are learned once, before the first step.",
        ["ClassificationTask.cs: Preview"] = "A picture.",
        ["ClassificationTask.cs: Predict"] = "A picture.",
        ["Tasks/Counting/CountingTask.cs: Draw"] = "A picture.",
        ["Tasks/Counting/CountingTask.cs: Measure"] = "A picture.",
        ["Tasks/Joint/TwoViews.cs: Draw"] = "A picture.",
        ["Tasks/Joint/TwoViews.cs: FindClosest"] = "A picture.",
        ["Tasks/InstanceDiscrimination/InstanceDiscriminationTask.cs: Draw"] = "A picture.",
        ["Tasks/Joint/CropPreview.cs: Draw"] = "A picture.",
        ["Tasks/Clusters/UniformClusterOrder.cs: Numbers"] = "The order of an epoch is drawn before it.",
        ["Tasks/DeepCluster/FirstDeepClusterModel.cs: OnEpochStarting"] = "The order of an epoch is drawn before it.",
        ["Tasks/Distillation/DistillationTask.cs: Draw"] = "A picture.",
        ["Tasks/Jigsaw/JigsawTask.cs: Draw"] = "A picture.",
        ["Tasks/Joint/JointViews.cs"] = "A picture.",
        ["Tasks/RelativePatch/RelativePatchTask.cs: Preview"] = "A picture.",
    };

    [Fact]
    public void Every_new_tensor_states_its_device() =>
        AssertNone(SourceText.Find(Factory()).Where(call => !Device().IsMatch(call.Text)));

    [Fact]
    public void Nothing_draws_but_the_random_source_and_the_initialization_of_encoders() =>
        AssertNone(SourceText.Find(Draw()).Where(call => !Draws.Any(place => IsIn(call, place))));

    [Fact]
    public void Values_are_read_back_in_the_stated_places_alone() =>
        AssertNone(SourceText.Find(Read()).Concat(BlockingCopies()).Where(call => !Reads.Keys.Any(place => IsIn(call, place))));

    [Fact]
    public void Every_stated_place_reads_values_back()
    {
        var calls = SourceText.Find(Read()).Concat(BlockingCopies()).ToArray();
        Assert.All(Reads.Keys, place => Assert.Contains(calls, call => IsIn(call, place)));
    }

    [Theory]
    [InlineData("var steps = arange(side, int64);", true)]
    [InlineData("var steps = torch.zeros(3,\n    5);", true)]
    [InlineData("var steps = arange(side, int64, images.device);", false)]
    [InlineData("weights = tensor(values.Select(v => (float)v)\n    .ToArray(), device: CPU);", false)]
    [InlineData("x.where(y, zeros_like(x)); MakeFull(3); images.full(3);", false)]
    public void A_tensor_without_a_device_is_seen(string source, bool isSeen) =>
        Assert.Equal(isSeen, SourceText.Find("File.cs", source, Factory()).Any(call => !Device().IsMatch(call.Text)));

    [Theory]
    [InlineData("var noise = randn(shape, generator: random);")]
    [InlineData("noise.uniform_(0, 1, generator: random);")]
    [InlineData("var noise = torch.rand_like(images);")]
    [InlineData("using var random = new Generator(1);")]
    public void A_draw_is_seen(string source) => Assert.NotEmpty(SourceText.Find("File.cs", source, Draw()));

    [Theory]
    [InlineData("if (loss.item<float>() > 3)")]
    [InlineData("var values = loss.cpu();")]
    [InlineData("var values = loss.to(CPU);")]
    [InlineData("foreach (var value in loss.data<float>())")]
    [InlineData("var which = mask.nonzero();")]
    public void A_read_is_seen(string source) => Assert.NotEmpty(SourceText.Find("File.cs", source, Read()));

    /// <summary>Numbers of the host that are copied to a device at once, which waits: <c>DeviceConstant</c> and <c>HostMemory</c> do not.</summary>
    private static IEnumerable<SourceCall> BlockingCopies() => SourceText.Find(FromArray()).Where(call => !call.Text.EndsWith("CPU)"));

    private static void AssertNone(IEnumerable<SourceCall> calls) => Assert.Equal("", string.Join('\n', calls));

    private static bool IsIn(SourceCall call, string place) => place.EndsWith('/') ? call.File.StartsWith(place) : place == call.File || place == call.Place;

    [GeneratedRegex(@"(?<![\w.])(?:torch\.)?(?:zeros|ones|full|empty|arange|linspace|logspace|eye|tensor|from_array|frombuffer|as_tensor|hann_window|tril_indices|triu_indices)\(")]
    private static partial Regex Factory();

    [GeneratedRegex(@"\b[dD]evice\b|\bCPU\b")]
    private static partial Regex Device();

    [GeneratedRegex(@"\bgenerator:|\bnew (?:torch\.)?Generator\(|(?<![\w.])(?:torch\.)?(?:rand|randn|randint|randperm|rand_like|randn_like|randint_like|bernoulli|multinomial|normal|poisson)\(|\.(?:bernoulli|multinomial|uniform_|normal_|random_|bernoulli_|exponential_)\(")]
    private static partial Regex Draw();

    [GeneratedRegex(@"\.item<|\.cpu\(|\.to\(CPU|\.data<|\.bytes\b|\.To(?:Single|Double|Int32|Int64|Boolean)\(\)|\.nonzero\(|\.masked_select\(|\.unique\(|\.tolist\(|cuda\.synchronize")]
    private static partial Regex Read();

    [GeneratedRegex(@"(?<![\w.])(?:torch\.)?(?:tensor|from_array|frombuffer|as_tensor)\(")]
    private static partial Regex FromArray();
}
