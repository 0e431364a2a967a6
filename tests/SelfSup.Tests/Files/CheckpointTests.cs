using SelfSup.Encoders;
using SelfSup.Files;
using TorchSharp;
using static SelfSup.Tests.Files.CheckpointFixture;
using static TorchSharp.torch;

namespace SelfSup.Tests.Files;

/// <summary>Checkpoints of self-supervised code bases: the encoder's weights are found, and what else is in them is said.</summary>
public sealed class CheckpointTests : IDisposable
{
    private static readonly ResNet Encoder18 = new(18, 224);

    // Code bases by what they save, with the prefix that the weights have.
    private static readonly Dictionary<string, (string Prefix, (string, Action<PickleWriter>)[] Entries)> Kinds = new()
    {
        ["torchvision"] = ("", [.. State(Encoder18, ""), Extra("fc.weight", 1000, 512), Extra("fc.bias", 1000)]),
        ["MoCo v1, whole"] = ("state_dict.module.encoder_q.", [Dict("state_dict", [
            .. State(Encoder18, "module.encoder_k.", Copy), .. State(Encoder18, "module.encoder_q."), Extra("module.queue", 128, 65536)])]),
        ["MoCo v3"] = ("state_dict.module.base_encoder.", [Dict("state_dict", [
            .. State(Encoder18, "module.base_encoder."), .. State(Encoder18, "module.momentum_encoder.", Copy), Extra("module.predictor.0.weight", 9)])]),
        ["DINO"] = ("student.module.backbone.", [
            Dict("student", [.. State(Encoder18, "module.backbone."), Extra("module.head.last_layer.weight_g", 9, 1)]),
            Dict("teacher", State(Encoder18, "backbone.", Copy)), Optimizer("optimizer"), Number("epoch", 100)]),
        ["BYOL-pytorch, whole learner"] = ("net.", [
            .. State(Encoder18, "net."), .. State(Encoder18, "online_encoder.net."), .. State(Encoder18, "target_encoder.net.", Copy)]),
        ["Barlow Twins, whole"] = ("model.module.backbone.", [
            Number("epoch", 3), Dict("model", [.. State(Encoder18, "module.backbone."), Extra("module.projector.0.weight", 9, 9)]), Optimizer("optimizer")]),
        ["VICReg"] = ("model.module.backbone.", [Dict("model", State(Encoder18, "module.backbone.")), Optimizer("optimizer")]),
        ["VISSL"] = ("classy_state_dict.base_model.model.trunk._feature_blocks.", [
            Number("phase_idx", 9), Dict("classy_state_dict", Dict("base_model", Dict("model",
                Dict("trunk", State(Encoder18, "_feature_blocks.")), Dict("heads", Extra("0.clf.0.weight", 9, 9)))))]),
        ["MMSelfSup MoCo"] = ("state_dict.backbone.", [Dict("state_dict", [
            .. State(Encoder18, "backbone."), .. State(Encoder18, "encoder_q.0."), .. State(Encoder18, "encoder_k.0.", Copy), Extra("queue", 9)])]),
        ["DataParallel in a net key"] = ("net.module.", [Dict("net", State(Encoder18, "module.")), Number("acc", 95), Number("epoch", 9)]),
        ["timm with its average"] = ("state_dict.", [
            Number("epoch", 9), Dict("state_dict", State(Encoder18, "")), Dict("state_dict_ema", State(Encoder18, "", Copy)), Optimizer("optimizer")]),
        ["model_ema beside model"] = ("model.", [Dict("model_ema", State(Encoder18, "module.", Copy)), Dict("model", State(Encoder18, ""))]),
        ["mean teacher"] = ("model_state.student.net.", [
            Dict("model_state", [.. State(Encoder18, "student.net."), .. State(Encoder18, "mean_teacher.net.", Copy)])]),
        ["PixPro"] = ("model.module.encoder.", [
            Dict("model", [.. State(Encoder18, "module.encoder."), .. State(Encoder18, "module.encoder_k.", Copy)])]),
        ["compiled and wrapped"] = ("a.b.c.d._orig_mod.module.", [Dict("a", Dict("b", Dict("c", Dict("d", State(Encoder18, "_orig_mod.module.")))))]),
        ["lightly, numbered"] = ("state_dict.backbone.", [Dict("state_dict", [
            .. State(Encoder18, "backbone.", Trained, Numbered(0, 1, 4, 5, 6, 7)), .. State(Encoder18, "backbone_momentum.", Copy, Numbered(0, 1, 4, 5, 6, 7)),
            Extra("projection_head.layers.0.weight", 512, 512)])]),
        ["numbered without max-pooling"] = ("f.", State(Encoder18, "f.", Trained, Numbered(0, 1, 3, 4, 5, 6))),
        ["lightly's ResNetGenerator, numbered"] = ("state_dict.model.backbone.", [Dict("state_dict", [
            .. State(Encoder18, "model.backbone.", Trained, name => Numbered(0, 1, 2, 3, 4, 5)(name).Replace(".downsample.", ".shortcut."))])]),
        ["shortcuts by another name"] = ("net.module.", [Dict("net", [
            .. State(Encoder18, "module.", Trained, name => name.Replace(".downsample.", ".shortcut.")), Extra("module.linear.weight", 10, 512)])]),
        ["old, without counters"] = ("state_dict.module.", [Dict("state_dict", [
            .. State(Encoder18, "module.").Where(entry => !entry.Item1.EndsWith("num_batches_tracked", StringComparison.Ordinal))])]),
        ["half"] = ("model.", [Dict("model", State(Encoder18, "", Trained, null, "HalfStorage"))]),
        ["bfloat16"] = ("model.", [Dict("model", State(Encoder18, "", Trained, null, "BFloat16Storage"))]),
        ["double"] = ("model.", [Dict("model", State(Encoder18, "", Trained, null, "DoubleStorage"))]),
    };

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> KindNames => [.. Kinds.Keys];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(KindNames))]
    public void TheTrainedNetworksWeightsAreTaken(string kind)
    {
        var (prefix, entries) = Kinds[kind];
        var loaded = LoadTrained(File(entries));
        Assert.Equal(prefix, loaded.Prefix);
    }

    [ReportedFact]
    public void ReportedCheckpointsLoadWithoutTheirMomentumCopies()
    {
        var files = ReportedCases.Read("checkpoints");
        Assert.NotEmpty(files);
        foreach (var (name, bytes) in files)
        {
            var loaded = LoadTrained(bytes, name, "conv");
            Assert.Equal(120, loaded.TensorCount);
            Assert.DoesNotContain("momentum", loaded.Prefix);
            if (name is "10_moco_v2.pth.tar" or "15_sololearn_byol.ckpt")
                Assert.Contains(loaded.Skipped, group => group.TensorCount >= 120);
        }
    }

    [Fact]
    public void WhatWasSkippedIsReported()
    {
        var (_, entries) = Kinds["MoCo v1, whole"];
        var loaded = LoadTrained(File([.. entries, Optimizer("optimizer")]));
        Assert.Equal(120, loaded.TensorCount);
        Assert.Equal(
            [new("state_dict.module.encoder_k", 120), new("state_dict.module.queue", 1), new("optimizer", 3)], loaded.Skipped);
        Assert.Equal(["state_dict.module.encoder_k."], loaded.OtherPrefixes);
        Assert.Equal(
            "Took 120 tensors from 'state_dict.module.encoder_q.'. Skipped 124 others: state_dict.module.encoder_k (120), "
            + "state_dict.module.queue (1), optimizer (3). Would fit too: 'state_dict.module.encoder_k.'.", loaded.ToString());
    }

    [Fact]
    public void SeveralSetsAreListedAndTheCallerChooses()
    {
        var path = folder.Write("two.pth", File([.. State(Encoder18, "first."), .. State(Encoder18, "second.", 1), .. State(Encoder18, "ema.", Copy)]));
        using var encoder = new ResNet(18, 224);
        var error = Assert.Throws<InvalidDataException>(() => EncoderFile.LoadWeights(encoder, path));
        foreach (var part in new[] { path, "3 sets", "'first' (120 tensors)", "'second' (120 tensors)", "'ema' (120 tensors, an averaged copy", "prefix: \"first\"" })
            Assert.Contains(part, error.Message);
        Assert.Equal("second.", EncoderFile.LoadWeights(encoder, path, "second").Prefix);
        Assert.Equal("second.", EncoderFile.LoadWeights(encoder, path, "second.").Prefix);
        AssertAll(encoder, 1);
        Assert.Equal("ema.", EncoderFile.LoadWeights(encoder, path, "ema").Prefix);
        AssertAll(encoder, Copy);
        error = Assert.Throws<InvalidDataException>(() => EncoderFile.LoadWeights(encoder, path, "third"));
        Assert.Contains("called 'third'", error.Message);
        Assert.Contains("'first'", error.Message);
    }

    [Theory]
    [InlineData("teacher.backbone.")]
    [InlineData("state_dict_ema.")]
    [InlineData("module.encoder_k.")]
    [InlineData("target_net.")]
    public void AnAveragedCopyIsTakenOnlyWhenItIsNamed(string prefix)
    {
        var path = folder.Write("copy.pth", File(State(Encoder18, prefix, Copy)));
        using var encoder = new ResNet(18, 224);
        var error = Assert.Throws<InvalidDataException>(() => EncoderFile.LoadWeights(encoder, path));
        Assert.Contains($"prefix: \"{prefix.TrimEnd('.')}\"", error.Message);
        // The end of the name is enough.
        EncoderFile.LoadWeights(encoder, path, prefix.TrimEnd('.').Split('.')[^1]);
        AssertAll(encoder, Copy);
    }

    [Fact]
    public void SafetensorsAreSearchedAsWell()
    {
        var tensors = Encoder18.state_dict().ToDictionary(pair => "model.backbone." + pair.Key, pair => pair.Value);
        using var head = zeros(10, 512);
        tensors.Add("model.head.weight", head);
        SafetensorsFile.Write(folder["weights.pth"], tensors, new Dictionary<string, string>());
        using var encoder = new ResNet(18, 224, seed: 3);
        var loaded = EncoderFile.LoadWeights(encoder, folder["weights.pth"]);
        Assert.Equal("model.backbone.", loaded.Prefix);
        Assert.Equal([new("model.head", 1)], loaded.Skipped);
        var state = encoder.state_dict();
        Assert.All(Encoder18.state_dict(), pair => Assert.True(pair.Value.allclose(state[pair.Key], 0, 0), pair.Key));
    }

    [Theory]
    [InlineData(0, 1, 4, 5, 6, 7)]
    [InlineData(0, 1, 2, 3, 4, 5)]
    public void NumberedPartsOfADeeperNetworkLoadToo(params int[] numbers)
    {
        using var encoder = new ResNet(50, 32);
        var path = folder.Write("deep.ckpt", File(Dict("state_dict", State(encoder, "backbone.", Trained, Numbered(numbers)))));
        EncoderFile.LoadWeights(encoder, path);
        AssertAll(encoder, Trained);
    }

    [Fact]
    public void OtherNetworksAreRefusedWithWhatDiffers()
    {
        using var encoder = new ResNet(18, 224);
        using var deeper = new ResNet(34, 224);
        Refused(File(Dict("state_dict", State(deeper, "module."))), "state_dict.module.layer1.2.", "is unknown");
        using var small = new ResNet(18, 32);
        Refused(
            File(Dict("net", State(small, "module."))),
            "net.module.conv1.weight is [64, 3, 3, 3] instead of [64, 3, 7, 7]", "stem: Stem.Small");
        using var alex = new AlexNet(224);
        Refused(File(Dict("state_dict", State(alex, "module."))), "conv1.weight is missing", "state_dict.module.features.0.weight");

        void Refused(byte[] bytes, params string[] parts)
        {
            var error = Assert.Throws<InvalidDataException>(() => EncoderFile.LoadWeights(encoder, folder.Write("other.pth", bytes)));
            Assert.All(parts, part => Assert.Contains(part, error.Message));
        }
    }

    [Fact]
    public void ADamagedStorageLeavesTheEncoderAsItWas()
    {
        var bytes = TorchFixture.Archive(PickleWriter.Dictionary(State(Encoder18, "")), ("0.25", BitConverter.GetBytes(Trained)), ("counter", [1]));
        using var encoder = new ResNet(18, 224, seed: 5);
        using var before = encoder.state_dict()["conv1.weight"].clone();
        Assert.Contains("instead of 8", Assert.Throws<InvalidDataException>(
            () => EncoderFile.LoadWeights(encoder, folder.Write("cut.pth", bytes))).Message);
        Assert.True(before.allclose(encoder.state_dict()["conv1.weight"], 0, 0));
    }

    private LoadedWeights LoadTrained(byte[] bytes, string name = "checkpoint.pth", string part = "")
    {
        using var encoder = new ResNet(18, 224, seed: 1);
        var before = LiveTensors.Count();
        var loaded = EncoderFile.LoadWeights(encoder, folder.Write(name, bytes));
        Assert.Equal(before, Tensor.TotalCount);
        AssertAll(encoder, Trained, part);
        return loaded;
    }

    private static void AssertAll(Encoder encoder, float value, string part = "")
    {
        using var scope = NewDisposeScope();
        Assert.All(
            encoder.state_dict().Where(pair => pair.Value.is_floating_point() && pair.Key.Contains(part)),
            pair => Assert.True(pair.Value.eq(value).all().item<bool>(), pair.Key));
    }

    private static Func<string, string> Numbered(params int[] numbers) => name =>
    {
        var part = name.Split('.')[0];
        return numbers[Array.IndexOf(["conv1", "bn1", "layer1", "layer2", "layer3", "layer4"], part)] + name[part.Length..];
    };
}
