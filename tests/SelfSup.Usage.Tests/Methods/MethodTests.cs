using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Testing;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Usage.Tests.Methods;

/// <summary>Methods that a user writes with the public API alone keep the contract, train, survive a kill and export what they should.</summary>
public class MethodTests
{
    private static readonly Dictionary<string, (Func<IPretextTask> Task, EncoderFactory Encoder, string Exported)> Methods = new()
    {
        ["simsiam"] = (() => new SimSiamTask(), (size, seed, n, s) => new ConvNet(size, seed, n, s), "encoder."),
        ["byol"] = (() => new ByolTask(), (size, seed, n, s) => new ConvNet(size, seed, n, s), "encoder."),
        ["dino"] = (() => new DinoTask(), (size, seed, n, s) => new ConvNet(size, seed, n, s), "dino.teacher.module."),
        ["deepcluster"] = (() => new DeepClusterTask(4), (size, seed, n, s) => new ConvNet(size, seed, n, s), "encoder."),
        ["cross-color"] = (() => new CrossColorTask(), (size, seed, n, s) => new SplitEncoder(size, seed, n, s), "encoder."),
        ["masked-tokens"] = (() => new MaskedTokensTask(), (size, seed, n, s) => new TokenEncoder(size, seed, n, s), "encoder."),
    };

    public static TheoryData<string> Names => [.. Methods.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_keeps_the_contract(string name) => PretextTaskCheck.Verify(Methods[name].Task(), () => NewEncoder(name));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_killed_run_ends_as_one_that_was_not(string name)
    {
        using TemporaryFolder whole = new(), killed = new();
        MethodRun.Run(whole, () => NewEncoder(name), Methods[name].Task());
        MethodRun.KillAndResume(killed, () => NewEncoder(name), Methods[name].Task);
        MethodRun.AssertSame(whole, killed);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_encoder_that_the_method_keeps_is_exported_and_has_learned(string name)
    {
        using var folder = new TemporaryFolder();
        var result = MethodRun.Run(folder, () => NewEncoder(name), Methods[name].Task());
        Assert.IsType<ShortRunWarning>(Assert.Single(result.Warnings));
        Assert.True(File.Exists(folder[$"previews/{name}.png"]));
        Assert.True(MethodRun.Exports(folder, Methods[name].Exported));
        using var loaded = EncoderFile.Load(folder["encoder.safetensors"], Methods[name].Encoder);
        using var untrained = NewEncoder(name);
        Assert.All(
            untrained.named_parameters().Zip(loaded.parameters()),
            pair => Assert.False(pair.First.parameter.Equals(pair.Second), pair.First.name));
    }

    [Fact]
    public void Byol_keeps_the_online_encoder_and_Dino_the_teacher()
    {
        using TemporaryFolder byol = new(), dino = new();
        MethodRun.Run(byol, () => NewEncoder("byol"), new ByolTask());
        Assert.False(MethodRun.Exports(byol, "byol.teacher.module."));
        MethodRun.Run(dino, () => NewEncoder("dino"), new DinoTask());
        Assert.False(MethodRun.Exports(dino, "encoder."));
    }

    [Fact]
    public void Dino_leaves_its_last_layer_alone_in_the_first_epoch()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<TimeZoneNotFoundException>(() => MethodRun.Run(folder, () => NewEncoder("dino"), new KilledTask(new DinoTask(), atBatch: 5)));
        var paths = Directory.GetFiles(folder["checkpoints"]).Order(StringComparer.Ordinal).ToArray();
        using (SafetensorsFile second = SafetensorsFile.Read(paths[0]), third = SafetensorsFile.Read(paths[1]))
        {
            Assert.True(Same("prototypes.weight") && Same("teacherPrototypes.module.weight"));
            Assert.False(Same("head.layers.linear1.weight") || Same("center.center"));

            bool Same(string name) => second.Tensors[$"dino.{name}"].Equals(third.Tensors[$"dino.{name}"]);
        }
        using var frozen = SafetensorsFile.Read(paths[1]);
        MethodRun.Run(folder, () => NewEncoder("dino"), new DinoTask(), resume: true);
        using var last = SafetensorsFile.Read(MethodRun.LastCheckpoint(folder));
        Assert.False(last.Tensors["dino.prototypes.weight"].Equals(frozen.Tensors["dino.prototypes.weight"]));
    }

    [Fact]
    public void DeepCluster_asks_for_as_many_images_of_every_cluster_and_a_checkpoint_has_the_order()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<TimeZoneNotFoundException>(() => MethodRun.Run(
            folder, () => NewEncoder("deepcluster"), new KilledTask(new DeepClusterTask(4), atBatch: 7)));
        using var checkpoint = SafetensorsFile.Read(MethodRun.LastCheckpoint(folder));
        var assignments = checkpoint.Tensors["deepcluster.assignments"].data<long>().ToArray();
        var order = checkpoint.Tensors["run.order"].data<long>().ToArray();
        Assert.Equal(assignments.Length, order.Length);
        var counts = order.CountBy(image => assignments[image]).Select(pair => pair.Value).ToArray();
        Assert.Equal(assignments.Distinct().Count(), counts.Length);
        Assert.InRange(counts.Max() - counts.Min(), 0, 1);
    }

    [Fact]
    public void The_halves_of_a_split_encoder_see_brightness_and_color_alone()
    {
        using var scope = NewDisposeScope();
        using var encoder = new SplitEncoder(32);
        encoder.eval();
        using var random = new RandomSource(1);
        var images = random.Normal(2, 3, 32, 32);
        var (gray, color) = encoder.ForwardHalves(images);
        var (brighterGray, sameColor) = encoder.ForwardHalves(images.add(0.5));
        Assert.True(color.sub(sameColor).abs().max().item<float>() < 1e-5 && gray.sub(brighterGray).abs().max().item<float>() > 1e-2);
        var tint = tensor(new float[] { 0.5f, -0.5f, 0 }).view(1, 3, 1, 1);
        var (sameGray, otherColor) = encoder.ForwardHalves(images.add(tint));
        Assert.True(gray.sub(sameGray).abs().max().item<float>() < 1e-5 && color.sub(otherColor).abs().max().item<float>() > 1e-2);
    }

    [Fact]
    public void What_hidden_patches_show_reaches_no_token()
    {
        using var scope = NewDisposeScope();
        using var encoder = new TokenEncoder(32);
        using var random = new RandomSource(1);
        var mask = zeros(1, 64, @bool);
        mask[0, 9] = true; // the second patch of the second row
        var images = random.Normal(1, 3, 32, 32);
        var changed = images.clone();
        changed.narrow(2, 4, 4).narrow(3, 4, 4).add_(1);
        var hidden = zeros(TokenEncoder.Width);
        Assert.True(encoder.ForwardTokens(images, mask, hidden)[^1].Equals(encoder.ForwardTokens(changed, mask, hidden)[^1]));
        Assert.False(encoder.ForwardTokens(images)[^1].Equals(encoder.ForwardTokens(changed)[^1]));
    }

    [Fact]
    public void A_registered_encoder_loads_by_its_name()
    {
        EncoderCatalog.Register(SplitEncoder.Name, Methods["cross-color"].Encoder);
        using var folder = new TemporaryFolder();
        using var encoder = EncoderCatalog.Create(SplitEncoder.Name, 32, seed: 3);
        EncoderFile.Save(encoder, folder["encoder.safetensors"]);
        using var loaded = EncoderFile.Load(folder["encoder.safetensors"]);
        Assert.IsType<SplitEncoder>(loaded);
        Assert.All(encoder.parameters().Zip(loaded.parameters()), pair => Assert.True(pair.First.Equals(pair.Second)));
    }

    private static Encoder NewEncoder(string name) => Methods[name].Encoder(32, 1, null, null);
}
