using System.Text.Json;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Tests.Encoders;
using SelfSup.Transfer;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Tests.Files;

/// <summary>Weights of vision transformers under the names of the code bases that publish them.</summary>
public sealed class TransformerFileTests : IDisposable
{
    private static readonly VitOptions Tiny = new() { Width = 8, Heads = 2, Depth = 2, PatchSize = 4, PositionGrid = 2, Pooling = VitPooling.ClassToken };
    private static readonly VitOptions TinyDinoV2 = Tiny with { Depth = 1, Registers = 2, LayerScale = 1e-5 };

    // What transformers calls the same weights, without the split of query, key and value.
    private static readonly (string Timm, string HuggingFace)[] common =
    [
        ("cls_token", "embeddings.cls_token"), ("pos_embed", "embeddings.position_embeddings"),
        ("patch_embed.proj", "embeddings.patch_embeddings.projection"), ("attn.proj", "attention.output.dense"),
        ("blocks.", "encoder.layer."),
    ];

    private static readonly (string, string)[] vit =
    [
        .. common, ("norm1", "layernorm_before"), ("norm2", "layernorm_after"), ("mlp.fc1", "intermediate.dense"), ("mlp.fc2", "output.dense"),
    ];

    private static readonly (string, string)[] dinoV2 =
    [
        .. common, ("register_tokens", "embeddings.register_tokens"), ("mask_token", "embeddings.mask_token"),
        ("ls1.gamma", "layer_scale1.lambda1"), ("ls2.gamma", "layer_scale2.lambda1"),
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [ReferenceFact]
    public void Names_of_DINO_load_from_its_checkpoints_of_student_and_teacher()
    {
        var reference = ReferenceVectors.Get("vit_forward");
        var loaded = CheckLoads(Tiny, reference, WeightsOf(reference));
        Assert.Equal((30, ""), (loaded.TensorCount, loaded.Prefix));
        using var scope = NewDisposeScope();
        var checkpoint = Prefixed(WeightsOf(reference), "student.module.backbone.")
            .Concat(Prefixed(WeightsOf(reference), "teacher.backbone."))
            .Append(new("student.module.head.mlp.0.weight", zeros(4, 8)));
        var student = CheckLoads(Tiny, reference, checkpoint);
        Assert.Equal("student.module.backbone.", student.Prefix);
        Assert.Equal(["teacher.backbone."], student.OtherPrefixes);
    }

    [ReferenceFact]
    public void Names_of_DINOv2_load_with_blocks_in_groups_too()
    {
        using var scope = NewDisposeScope();
        var reference = ReferenceVectors.Get("dinov2_forward");
        var plain = CheckLoads(TinyDinoV2, reference, WeightsOf(reference));
        Assert.Equal(["mask_token"], plain.Skipped.Select(group => group.Name));
        var grouped = Prefixed(WeightsOf(reference), "teacher.backbone.")
            .Select(pair => KeyValuePair.Create(pair.Key.Replace("blocks.0.", "blocks.0.0.", StringComparison.Ordinal), pair.Value));
        CheckLoads(TinyDinoV2, reference, grouped, "teacher.backbone");
    }

    [ReferenceTheory]
    [InlineData("")]
    [InlineData("vit.")]
    public void Names_of_Hugging_Face_load_for_ViT(string prefix)
    {
        using var scope = NewDisposeScope();
        var reference = ReferenceVectors.Get("vit_forward");
        var weights = HuggingFace(WeightsOf(reference), vit).Append(new("pooler.dense.weight", zeros(8, 8)));
        var loaded = CheckLoads(Tiny, reference, Prefixed(weights, prefix));
        Assert.Equal(prefix, loaded.Prefix);
        Assert.Equal(30 + 2 * 4, loaded.TensorCount);
        Assert.Equal([1], loaded.Skipped.Select(group => group.TensorCount));
    }

    [ReferenceFact]
    public void Names_of_Hugging_Face_load_for_DINOv2()
    {
        using var scope = NewDisposeScope();
        var reference = ReferenceVectors.Get("dinov2_forward");
        var loaded = CheckLoads(TinyDinoV2, reference, HuggingFace(WeightsOf(reference), dinoV2));
        Assert.Equal(["embeddings"], loaded.Skipped.Select(group => group.Name));
    }

    [Fact]
    public void Pretrained_files_show_what_they_are_by_any_of_the_names()
    {
        using var scope = NewDisposeScope();
        using var plain = new VisionTransformer("vit_tiny", 32, new() { Depth = 3, PatchSize = 8 }, seed: 5);
        using var second = new VisionTransformer(
            "vit_tiny", 32, new() { Depth = 3, PatchSize = 8, Registers = 2, LayerScale = 0.5, Pooling = VitPooling.ClassToken }, seed: 5);
        var authors = second.state_dict().ToDictionary(pair => pair.Key.Replace("reg_token", "register_tokens", StringComparison.Ordinal), pair => pair.Value.detach());
        Check(plain, plain.state_dict().Select(pair => KeyValuePair.Create(pair.Key, pair.Value.detach())));
        Check(plain, HuggingFace(plain.state_dict().Select(pair => KeyValuePair.Create(pair.Key, pair.Value.detach())), vit));
        Check(second, authors);
        Check(second, HuggingFace(authors, dinoV2));
        Check(second, authors.Select(pair => KeyValuePair.Create(pair.Key.Replace("blocks.", "blocks.0.", StringComparison.Ordinal), pair.Value)));

        void Check(Encoder expected, IEnumerable<KeyValuePair<string, Tensor>> weights)
        {
            using var images = expected.Normalize(TestImages.Colorful(2, 32));
            using var loaded = EncoderFile.LoadPretrained(Write(weights), imageSize: 32);
            Assert.Equal(expected.Stages, loaded.Stages);
            Assert.True(loaded.forward(images).allclose(expected.forward(images), 1e-4, 1e-5));
        }
    }

    [ReferenceFact]
    public void Files_of_another_form_are_refused_by_the_file_s_names()
    {
        using var scope = NewDisposeScope();
        var (plain, second) = (ReferenceVectors.Get("vit_forward"), ReferenceVectors.Get("dinov2_forward"));
        Refused(Tiny with { Depth = 1 }, WeightsOf(plain), @"blocks\.1\.\S+ is unknown");
        Refused(Tiny with { Depth = 1 }, HuggingFace(WeightsOf(plain), vit), @"encoder\.layer\.1\.\S+ is unknown");
        Refused(Tiny with { Depth = 3 }, HuggingFace(WeightsOf(plain), vit), @"encoder\.layer\.2\.attention\.attention\.\{query,key,value\}\.weight is missing");
        Refused(TinyDinoV2 with { Registers = 0 }, WeightsOf(second), "register_tokens is unknown");
        Refused(TinyDinoV2 with { Registers = 0 }, HuggingFace(WeightsOf(second), dinoV2), "embeddings.register_tokens is unknown");
        Refused(TinyDinoV2 with { LayerScale = null }, HuggingFace(WeightsOf(second), dinoV2), "encoder.layer.0.layer_scale1.lambda1 is unknown");

        void Refused(VitOptions options, IEnumerable<KeyValuePair<string, Tensor>> weights, string problem)
        {
            using var encoder = new VisionTransformer("vit_tiny", 16, options);
            var path = Write(weights);
            Assert.Matches(problem, Assert.Throws<InvalidDataException>(() => EncoderFile.LoadWeights(encoder, path)).Message);
        }
    }

    [ReferenceFact]
    public void A_saved_file_has_timms_names_and_no_others()
    {
        using var scope = NewDisposeScope();
        string[] names = [.. ReferenceVectors.Get("vit_forward", "parameters").EnumerateArray().Select(parameter => parameter.GetProperty("name").GetString()!)];
        using var source = new VisionTransformer("vit_tiny", 32, new() { Depth = 2 }, seed: 1);
        EncoderFile.Save(source, folder["vit.safetensors"]);
        using (var file = SafetensorsFile.Read(folder["vit.safetensors"]))
        {
            Assert.Equal(names.Order(), file.Tensors.Keys.Order());
            Assert.Equal([3 * 192, 192], file.Tensors["blocks.1.attn.qkv.weight"].shape);
            Assert.Equal([1, 65, 192], file.Tensors["pos_embed"].shape);
        }
        using var loaded = EncoderFile.Load(folder["vit.safetensors"]);
        using var filled = new VisionTransformer("vit_tiny", 32, new() { Depth = 2 }, seed: 2);
        Assert.Empty(EncoderFile.LoadWeights(filled, folder["vit.safetensors"]).Skipped);
        Assert.All([loaded, filled], encoder => Assert.Equal(WeightsFingerprint.Of(source), WeightsFingerprint.Of(encoder)));
    }

    [Fact]
    public void A_file_of_timm_loads_without_its_head_and_with_positions_of_another_grid()
    {
        using var scope = NewDisposeScope();
        var options = new VitOptions { Depth = 1 };
        using var source = new VisionTransformer("vit_tiny", 224, options, seed: 1);
        var tensors = source.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.detach());
        (tensors["head.weight"], tensors["head.bias"]) = (zeros(10, 192), zeros(10));
        SafetensorsFile.Write(folder["timm.safetensors"], tensors, new Dictionary<string, string>());

        using var same = new VisionTransformer("vit_tiny", 224, options, seed: 2);
        var loaded = EncoderFile.LoadWeights(same, folder["timm.safetensors"]);
        Assert.Equal(WeightsFingerprint.Of(source), WeightsFingerprint.Of(same));
        Assert.Empty(loaded.Resampled);
        Assert.Equal(["head"], loaded.Skipped.Select(group => group.Name));

        using var smaller = new VisionTransformer("vit_tiny", 96, options, seed: 2, stem: Stem.Large);
        var resampled = EncoderFile.LoadWeights(smaller, folder["timm.safetensors"]);
        Assert.Contains("Resampled pos_embed from [1, 197, 192] to [1, 37, 192].", resampled.ToString());
        var table = smaller.state_dict()["pos_embed"];
        var expected = PositionTable.Resample(tensors["pos_embed"].narrow(1, 1, 196), (14, 14), (6, 6), PositionResampling.Antialiased);
        Assert.True(table.narrow(1, 1, 36).allclose(expected));
        Assert.True(table[0, 0].allclose(tensors["pos_embed"][0, 0]));

        using var patches = new VisionTransformer("vit_tiny", 96, options);
        var error = Assert.Throws<InvalidDataException>(() => EncoderFile.LoadWeights(patches, folder["timm.safetensors"]));
        Assert.Contains("patch_embed.proj.weight is [192, 3, 16, 16] instead of [192, 3, 8, 8]", error.Message);
        using var shallow = new VisionTransformer("vit_tiny", 224, options with { LayerScale = 1e-5 });
        Assert.Contains("ls1.gamma is missing", Assert.Throws<InvalidDataException>(() => EncoderFile.LoadWeights(shallow, folder["timm.safetensors"])).Message);
    }

    [Fact]
    public void Files_of_DINOv2_and_of_timms_form_of_it_load_with_registers()
    {
        using var scope = NewDisposeScope();
        var options = new VitOptions { Depth = 1, Registers = 2, LayerScale = 1e-5 };
        using var source = new VisionTransformer("vit_tiny", 32, options, seed: 1);
        var tensors = source.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.detach());
        var authors = new Dictionary<string, Tensor>(tensors) { ["register_tokens"] = tensors["reg_token"], ["mask_token"] = zeros(1, 192) };
        authors.Remove("reg_token");
        SafetensorsFile.Write(folder["authors.safetensors"], authors, new Dictionary<string, string>());
        // timm adds the class token's position to the token and leaves its row out.
        var timm = new Dictionary<string, Tensor>(tensors)
        {
            ["pos_embed"] = tensors["pos_embed"].narrow(1, 1, 64).clone(),
            ["cls_token"] = tensors["cls_token"].add(tensors["pos_embed"].narrow(1, 0, 1)),
        };
        SafetensorsFile.Write(folder["timm.safetensors"], timm, new Dictionary<string, string>());
        using var images = source.Normalize(TestImages.Colorful(2, 32));
        foreach (var file in new[] { "authors.safetensors", "timm.safetensors" })
        {
            using var loaded = new VisionTransformer("vit_tiny", 32, options, seed: 2);
            EncoderFile.LoadWeights(loaded, folder[file]);
            Assert.True(loaded.ForwardTokens(images).allclose(source.ForwardTokens(images), 1e-4, 1e-5), file);
        }
    }

    /// <summary>Loads weights and computes what the reference has for its images, of the table's size and of another.</summary>
    private LoadedWeights CheckLoads(VitOptions options, JsonElement reference, IEnumerable<KeyValuePair<string, Tensor>> weights, string? prefix = null)
    {
        using var scope = NewDisposeScope();
        using var encoder = new VisionTransformer("vit_tiny", 16, options);
        encoder.to(ScalarType.Float64);
        var loaded = EncoderFile.LoadWeights(encoder, Write(weights), prefix);
        encoder.eval();
        ReferenceAssert.Near(reference.GetProperty("cls"), encoder.forward(ReferenceVectors.Fill(5, 2, 3, 8, 8)), 1e-6);
        ReferenceAssert.Near(reference.GetProperty("cls_for_12px"), encoder.forward(ReferenceVectors.Fill(7, 1, 3, 12, 12)), 1e-5);
        return loaded;
    }

    private string Write(IEnumerable<KeyValuePair<string, Tensor>> weights)
    {
        var path = folder[$"{Guid.NewGuid()}.safetensors"];
        SafetensorsFile.Write(path, weights.ToDictionary(), new Dictionary<string, string>());
        return path;
    }

    /// <summary>A case's parameters under its code base's own names.</summary>
    private static IEnumerable<KeyValuePair<string, Tensor>> WeightsOf(JsonElement reference) =>
        reference.GetProperty("parameters").EnumerateArray().Select(parameter =>
        {
            var name = parameter.GetProperty("name").GetString()!;
            long[] shape = [.. parameter.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
            var values = ReferenceVectors.Fill(parameter.GetProperty("seed").GetInt64(), shape).div(8);
            return KeyValuePair.Create(name, name.Contains("norm") && name.EndsWith("weight") ? values.add(1) : values);
        });

    private static IEnumerable<KeyValuePair<string, Tensor>> Prefixed(IEnumerable<KeyValuePair<string, Tensor>> weights, string prefix) =>
        weights.Select(pair => KeyValuePair.Create(prefix + pair.Key, pair.Value));

    private static IEnumerable<KeyValuePair<string, Tensor>> HuggingFace(
        IEnumerable<KeyValuePair<string, Tensor>> weights, (string Timm, string HuggingFace)[] names) =>
        from weight in weights
        let renamed = names.Aggregate(weight.Key, (name, pair) => name.Replace(pair.Timm, pair.HuggingFace, StringComparison.Ordinal))
        let name = renamed.StartsWith("norm.", StringComparison.Ordinal) ? "layer" + renamed : renamed
        from part in name.Contains("attn.qkv", StringComparison.Ordinal)
            ? weight.Value.chunk(3).Zip(new[] { "query", "key", "value" }, (values, part) =>
                KeyValuePair.Create(name.Replace("attn.qkv", $"attention.attention.{part}", StringComparison.Ordinal), values.contiguous()))
            : [KeyValuePair.Create(name, weight.Value)]
        select part;
}
