using System.Globalization;
using SelfSup.Encoders;
using static TorchSharp.torch;

namespace SelfSup.Tests.Files;

/// <summary>Makes checkpoints as training programs save them, small because every tensor is one value repeated.</summary>
internal static class CheckpointFixture
{
    /// <summary>The value of the trained network's tensors.</summary>
    public const float Trained = 0.25f;

    /// <summary>The value of an averaged copy's tensors.</summary>
    public const float Copy = 0.75f;

    /// <summary>An encoder's state.</summary>
    /// <param name="encoder">Gives names and shapes.</param>
    /// <param name="prefix">Goes before the names.</param>
    /// <param name="value">Every number in it.</param>
    /// <param name="rename">Makes the name in the file of the encoder's, before the prefix; null keeps it.</param>
    /// <param name="storage">The type of the numbers.</param>
    public static (string, Action<PickleWriter>)[] State(
        Encoder encoder, string prefix, float value = Trained, Func<string, string>? rename = null, string storage = "FloatStorage") =>
        [.. encoder.state_dict().Select(pair => (
            prefix + (rename?.Invoke(pair.Key) ?? pair.Key),
            pair.Value.dtype == ScalarType.Int64 ? Filled("LongStorage", "counter", pair.Value.shape) : Filled(storage, Key(value), pair.Value.shape)))];

    /// <summary>A tensor of a head and the like.</summary>
    public static (string, Action<PickleWriter>) Extra(string name, params long[] shape) => (name, Filled("FloatStorage", Key(Copy), shape));

    public static (string, Action<PickleWriter>) Dict(string name, params (string, Action<PickleWriter>)[] entries) =>
        (name, writer => writer.Dict(entries));

    public static (string, Action<PickleWriter>) Number(string name, long value) => (name, writer => writer.Int(value));

    /// <summary>The state of an optimizer: a moment of every parameter, under numbers.</summary>
    public static (string, Action<PickleWriter>) Optimizer(string name) =>
        Dict(name, ("state", writer =>
        {
            writer.Op('}').Op('(');
            for (var i = 0; i < 3; i++)
                writer.Int(i).Dict(Extra("momentum_buffer", 64, 3, 7, 7));
            writer.Op('u');
        }
    ), ("param_groups", writer => writer.Op(']').Op('(').Op('}').Op('e')));

    /// <summary>The file of a dictionary.</summary>
    public static byte[] File(params (string, Action<PickleWriter>)[] entries) => Archive(PickleWriter.Dictionary(entries));

    /// <summary>The file of any pickle.</summary>
    public static byte[] Archive(byte[] pickle)
    {
        byte[] half = [.. BitConverter.GetBytes((Half)Trained)], rounded = [0x80, 0x3e]; // 0.25 as bfloat16
        return TorchFixture.Archive(
            pickle, (Key(Trained), BitConverter.GetBytes(Trained)), (Key(Copy), BitConverter.GetBytes(Copy)), (Key(1), BitConverter.GetBytes(1f)),
            ("counter", new byte[8]), ("HalfStorage", half), ("BFloat16Storage", rounded), ("DoubleStorage", BitConverter.GetBytes((double)Trained)));
    }

    private static Action<PickleWriter> Filled(string storage, string key, long[] shape) =>
        PickleWriter.Tensor(storage, storage is "FloatStorage" or "LongStorage" ? key : storage, 1, 0, shape, new long[shape.Length]);

    private static string Key(float value) => value.ToString(CultureInfo.InvariantCulture);
}
