using System.Text.Json;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Runtime;
using SelfSup.Tests.Onnx;
using SelfSup.Transfer;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Tests.Encoders;

public class VisionTransformerTests
{
    /// <summary>The form of the reference cases: tokens of 8 numbers, two heads.</summary>
    private static readonly VitOptions Tiny = new() { Width = 8, Heads = 2, Depth = 2, PatchSize = 4, PositionGrid = 2 };

    [ReferenceFact]
    public void It_computes_what_DINOs_does_with_gradients_and_at_another_size()
    {
        using var scope = NewDisposeScope();
        var reference = ReferenceVectors.Get("vit_forward");
        using var encoder = Load(Tiny, reference);
        var images = ReferenceVectors.Fill(5, 2, 3, 8, 8).requires_grad_();
        var embedded = encoder.Embed(images);
        ReferenceAssert.Near(reference.GetProperty("tokens_after_embedding"), embedded, 1e-6);
        ReferenceAssert.Near(reference.GetProperty("tokens_after_block0"), encoder.RunBlocks(embedded, 1), 1e-6);
        var tokens = encoder.ForwardTokens(images);
        ReferenceAssert.Near(reference.GetProperty("norm_tokens"), tokens, 1e-6);
        tokens.select(1, 0).mul(ReferenceVectors.Fill(6, 2, 8)).sum().backward();
        ReferenceAssert.Near(reference.GetProperty("grad_input_image0_channel0"), images.grad![0][0], 1e-4);
        ReferenceAssert.Near(reference.GetProperty("grad_qkv_block0_row0"), Parameter(encoder, "blocks.0.attn.qkv.weight").grad![0], 1e-4);
        ReferenceAssert.Near(
            reference.GetProperty("cls_for_12px"), encoder.ForwardTokens(ReferenceVectors.Fill(7, 1, 3, 12, 12)).select(1, 0), 1e-5);
    }

    [ReferenceFact]
    public void It_computes_what_DINOv2s_does_with_registers_and_layer_scale()
    {
        using var scope = NewDisposeScope();
        var reference = ReferenceVectors.Get("dinov2_forward");
        using var encoder = Load(Tiny with { Depth = 1, Registers = 2, LayerScale = 1e-5 }, reference);
        var tokens = encoder.ForwardTokens(ReferenceVectors.Fill(5, 2, 3, 8, 8));
        ReferenceAssert.Near(reference.GetProperty("cls"), tokens.select(1, 0), 1e-6);
        ReferenceAssert.Near(reference.GetProperty("registers"), tokens.narrow(1, 1, 2), 1e-6);
        ReferenceAssert.Near(reference.GetProperty("patches"), tokens.narrow(1, 3, 4), 1e-6);
        ReferenceAssert.Near(
            reference.GetProperty("cls_for_12px"), encoder.ForwardTokens(ReferenceVectors.Fill(7, 1, 3, 12, 12)).select(1, 0), 1e-5);
    }

    /// <summary>Heads show in no shape; MoCo v3's small transformer has twelve, and its features are the class token.</summary>
    [Theory]
    [InlineData("module.base_encoder.", 12, true)]
    [InlineData("", null, false)]
    public void MoCo_v3s_small_one_is_known_by_its_names(string prefix, int? heads, bool isClassToken)
    {
        using var scope = NewDisposeScope();
        using var source = new VisionTransformer("vit_small", 32, new() { Depth = 1 });
        var weights = source.state_dict().Select(weight => new WeightShape(prefix + weight.Key, weight.Value.shape));
        using var found = EncoderRecognition.Find([.. weights])[0](32, 0, null, null);
        using var expected = new VisionTransformer(
            "vit_small", 32, new() { Depth = 1, PatchSize = 4, Heads = heads, Pooling = isClassToken ? VitPooling.ClassToken : VitPooling.Mean }, stem: Stem.Large);
        Assert.Equal(expected.Settings, found.Settings);
    }

    [Theory]
    [InlineData("vit_tiny", 224, 5_524_416)]
    [InlineData("vit_small", 224, 21_665_664)]
    [InlineData("vit_base", 224, 85_798_656)]
    [InlineData("vit_tiny", 32, 5_360_832)]
    public void It_has_as_many_parameters_as_timms_without_a_head(string name, int size, long expected)
    {
        using var encoder = EncoderCatalog.Create(name, size);
        Assert.Equal(expected, encoder.parameters().Sum(parameter => parameter.numel()));
        Assert.Equal(4 + 12 * 12 + 2, encoder.state_dict().Count);
    }

    [Fact]
    public void Weights_start_as_timms_do()
    {
        using var scope = NewDisposeScope();
        using var encoder = new VisionTransformer("vit_tiny", 32, new() { Depth = 1 });
        Assert.Equal(0.02, Parameter(encoder, "blocks.0.mlp.fc1.weight").std().item<float>(), 1e-3);
        Assert.Equal(0.02, Parameter(encoder, "pos_embed").std().item<float>(), 1e-3);
        Assert.InRange(Parameter(encoder, "cls_token").abs().max().item<float>(), 1e-7, 1e-5);
        Assert.Equal(0, Parameter(encoder, "blocks.0.attn.qkv.bias").abs().max().item<float>());
        Assert.InRange(Parameter(encoder, "patch_embed.proj.weight").abs().max().item<float>(), 0.14, 1 / Math.Sqrt(48));
        Assert.Equal(1, Parameter(encoder, "norm.weight").min().item<float>());
    }

    [Fact]
    public void The_stages_are_the_patches_after_every_quarter_of_the_blocks()
    {
        using var scope = NewDisposeScope();
        using var encoder = new VisionTransformer("vit_tiny", 32, new() { Depth = 6 });
        Assert.Equal(["block2", "block3", "block5", "block6"], encoder.Stages.Select(stage => stage.Name));
        using var shallow = new VisionTransformer("vit_tiny", 32, new() { Depth = 2 });
        Assert.Equal(["block1", "block2"], shallow.Stages.Select(stage => stage.Name));
        using var images = shallow.Normalize(TestImages.Colorful(2, 32));
        var (maps, tokens) = (shallow.ForwardStages(images), shallow.ForwardTokens(images));
        Assert.True(maps[^1][1, .., 3, 5].allclose(tokens[1, 1 + 3 * 8 + 5]));
        Assert.True(shallow.forward(images).allclose(tokens.narrow(1, 1, 64).mean([1]), 1e-4, 1e-5));
    }

    [Fact]
    public void All_patches_kept_are_the_plain_network_up_to_their_order()
    {
        using var scope = NewDisposeScope();
        using var encoder = new VisionTransformer("vit_tiny", 32, new() { Depth = 2, Registers = 1 });
        using var images = encoder.Normalize(TestImages.Colorful(3, 32));
        using var random = new RandomSource(3);
        var order = random.Uniform(3, 64).argsort(1);
        var (plain, kept) = (encoder.ForwardTokens(images), encoder.ForwardKept(images, order));
        for (var image = 0; image < 3; image++)
            Assert.True(kept[image].narrow(0, 2, 64).allclose(plain[image].narrow(0, 2, 64).index_select(0, order[image]), 1e-4, 1e-5));
        Assert.Equal([3, 2 + 5, 192], encoder.ForwardKept(images, order.narrow(1, 0, 5)).shape);
        var nothing = encoder.ForwardMasked(images, zeros(3, 64, dtype: ScalarType.Bool), zeros(192));
        Assert.True(nothing.allclose(plain, 1e-4, 1e-5));
    }

    [Fact]
    public void Of_a_hidden_patch_nothing_is_seen()
    {
        using var scope = NewDisposeScope();
        using var encoder = new VisionTransformer("vit_tiny", 32, new() { Depth = 2 });
        var images = encoder.Normalize(TestImages.Colorful(1, 32)).requires_grad_();
        var mask = zeros(1, 64, dtype: ScalarType.Bool);
        mask[0, 9] = true; // row 1, column 1
        encoder.ForwardMasked(images, mask, zeros(192)).square().sum().backward();
        var seen = images.grad!.abs().sum([0, 1]);
        Assert.Equal(0, seen[4..8, 4..8].max().item<float>());
        Assert.True(seen[8..12, 4..8].min().item<float>() > 0);
    }

    [Theory]
    [InlineData(37, 10)]
    [InlineData(50, 7)]
    public void Sides_that_are_no_multiple_of_the_patch_round_up(int size, int side)
    {
        using var encoder = new VisionTransformer("vit_tiny", size, new() { Depth = 1 });
        Assert.Equal([side], encoder.MeasureStages());
    }

    [Fact]
    public void Branches_are_left_out_in_training_alone()
    {
        using var scope = NewDisposeScope();
        using var encoder = new VisionTransformer("vit_tiny", 32, new() { Depth = 2, DropPath = 0.5 });
        // Of 32 images twice the same branches are left out once in 10^19 times.
        using var images = encoder.Normalize(TestImages.Colorful(32, 32));
        Assert.False(encoder.forward(images).allclose(encoder.forward(images)));
        encoder.eval();
        Assert.True(encoder.forward(images).allclose(encoder.forward(images)));
    }

    [Fact]
    public void Settings_travel_in_files_and_copies()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var options = new VitOptions
        {
            Width = 64,
            Depth = 3,
            Heads = 4,
            PatchSize = 8,
            PositionGrid = 5,
            Positions = VitPositions.SineCosine,
            Registers = 2,
            LayerScale = 1e-5,
            DropPath = 0.25,
            Pooling = VitPooling.ClassToken,
        };
        using var encoder = new VisionTransformer("vit_small", 32, options, seed: 4);
        EncoderFile.Save(encoder, folder["vit.safetensors"]);
        using var loaded = EncoderFile.Load(folder["vit.safetensors"]);
        using var copy = encoder.Copy();
        foreach (var other in new[] { loaded, copy })
        {
            Assert.Equal(encoder.Settings, other.Settings);
            Assert.Equal(WeightsFingerprint.Of(encoder), WeightsFingerprint.Of(other));
        }
        using (var file = SafetensorsFile.Read(folder["vit.safetensors"]))
        {
            Assert.Equal(
                """{"depth":3,"drop_path":0.25,"heads":4,"layer_scale":1E-05,"patch_size":8,"pooling":"class_token","position_grid":5,"positions":"sine_cosine","registers":2,"width":64}""",
                file.Metadata["settings"]);
        }
        Assert.DoesNotContain("pos_embed", encoder.named_parameters().Select(pair => pair.name));
        Assert.Contains("pos_embed", encoder.state_dict().Keys);

        using var plain = new VisionTransformer("vit_small", 32, new() { Width = 48 });
        Assert.Equal(["width"], plain.Settings.Keys);
        Assert.Contains("no setting depht", Assert.Throws<ArgumentException>(() => plain.WithSettings(Setting("depht", "3"))).Message);
        Assert.Contains("no whole number", Assert.Throws<ArgumentException>(() => plain.WithSettings(Setting("depth", "some"))).Message);
        using var convolutions = new ConvNet(32);
        Assert.Contains("no setting depth", Assert.Throws<ArgumentException>(() => convolutions.WithSettings(Setting("depth", "3"))).Message);

        static Dictionary<string, string> Setting(string name, string value) => new() { [name] = value };
    }

    [Fact]
    public void Settings_out_of_range_are_named()
    {
        Refused("VitOptions.Depth", new() { Depth = 0 });
        Refused("VitOptions.DropPath", new() { DropPath = 1 });
        Refused("VitOptions.Registers", new() { Registers = -1 });
        Refused("VitOptions.LayerScale", new() { LayerScale = 0 });
        Refused("cannot be shared by 5 heads", new() { Heads = 5 });
        Refused("divisible by 4", new() { Width = 10, Heads = 2, Positions = VitPositions.SineCosine });
        Assert.Contains("vit_tiny", Assert.Throws<ArgumentException>(() => new VisionTransformer("vit_huge", 32)).Message);

        static void Refused(string text, VitOptions options) =>
            Assert.Contains(text, Assert.Throws<ArgumentException>(() => new VisionTransformer("vit_tiny", 32, options)).Message);
    }

    [Fact]
    public void The_feature_is_the_class_token_where_that_is_chosen()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var mean = new VisionTransformer("vit_tiny", 32, new() { Depth = 2, Registers = 1 }, seed: 3);
        using var token = new VisionTransformer("vit_tiny", 32, new() { Depth = 2, Registers = 1, Pooling = VitPooling.ClassToken }, seed: 3);
        using var images = mean.Normalize(TestImages.Colorful(2, 32));
        Assert.Equal(["block1", "block2", "cls"], token.Stages.Select(stage => stage.Name));
        Assert.Equal([8, 8, 1], token.MeasureStages());
        Assert.True(token.forward(images).allclose(token.ForwardTokens(images).select(1, 0)));
        foreach (var (expected, map) in mean.ForwardStages(images).Zip(token.ForwardStages(images)))
            Assert.True(map.Equals(expected));
        Assert.Equal("cls", FeatureLayer.ListOf(token)[^1].Name);

        EncoderFile.Save(token, folder["vit.safetensors"]);
        using var loaded = EncoderFile.Load(folder["vit.safetensors"]);
        Assert.True(loaded.forward(images).Equals(token.forward(images)));
        OnnxFile.Export(token, folder["vit.onnx"]);
        using var run = new OnnxRun(folder["vit.onnx"]);
        var pixels = TestImages.Colorful(2, 32);
        OnnxRun.AssertClose(token.forward(token.Normalize(pixels)), run.Compute(pixels)["features"]);
    }

    [Fact]
    public void In_bfloat16_features_and_gradients_stay_near()
    {
        using var scope = NewDisposeScope();
        using var encoder = new VisionTransformer("vit_tiny", 32, new() { Depth = 2, LayerScale = 1 }, seed: 3);
        using var images = encoder.Normalize(TestImages.Colorful(4, 32));
        var (features, gradient) = Compute();
        using (Autocast.ToBFloat16(CPU))
        {
            var (rough, roughGradient) = Compute();
            Assert.InRange(nn.functional.cosine_similarity(rough, features, 1).min().item<float>(), 0.999f, 1f + 1e-5f);
            Assert.InRange(nn.functional.cosine_similarity(roughGradient, gradient, 0).item<float>(), 0.99f, 1f + 1e-5f);
        }

        (Tensor Features, Tensor Gradient) Compute()
        {
            encoder.zero_grad();
            var computed = encoder.forward(images).to(ScalarType.Float32);
            computed.select(1, 0).sum().backward();
            return (computed, Parameter(encoder, "blocks.0.attn.qkv.weight").grad!.flatten().clone());
        }
    }

    /// <summary>A float64 encoder with a case's parameters: fill / 8, and 1 more for the scales of norms.</summary>
    internal static VisionTransformer Load(VitOptions options, JsonElement reference)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var encoder = new VisionTransformer("vit_tiny", 16, options);
        encoder.to(ScalarType.Float64);
        Fill(encoder, reference, "");
        return encoder;
    }

    /// <summary>Fills those parameters of a module that a case names.</summary>
    internal static void Fill(nn.Module module, JsonElement reference, string prefix)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var state = module.state_dict();
        foreach (var parameter in reference.GetProperty("parameters").EnumerateArray())
        {
            var name = prefix + parameter.GetProperty("name").GetString()!.Replace("register_tokens", "reg_token", StringComparison.Ordinal);
            if (!state.TryGetValue(name, out var target))
                continue;
            long[] shape = [.. parameter.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
            Assert.Equal(shape.Aggregate((a, b) => a * b), target.numel());
            var values = ReferenceVectors.Fill(parameter.GetProperty("seed").GetInt64(), shape).div(8);
            target.copy_(values.add(name.Contains("norm") && name.EndsWith("weight") ? 1 : 0).view(target.shape));
        }
    }

    private static Tensor Parameter(nn.Module module, string name) =>
        module.named_parameters().Single(pair => pair.name == name).parameter;
}
