using System.Text.Json;
using static TorchSharp.torch;

namespace SelfSup.Tests;

/// <summary>Compares tensors with reference vectors.</summary>
internal static class ReferenceAssert
{
    /// <summary>Requires every number to be as near as a part of the largest of the expected ones.</summary>
    public static void Near(JsonElement expected, Tensor actual, double relative)
    {
        var numbers = ReferenceVectors.Numbers(expected);
        using var flat = actual.detach().to(ScalarType.Float64).flatten().contiguous();
        var values = flat.data<double>().ToArray();
        Assert.Equal(numbers.Length, values.Length);
        var tolerance = relative * numbers.Max(Math.Abs);
        for (var i = 0; i < values.Length; i++)
            Assert.True(Math.Abs(numbers[i] - values[i]) <= tolerance, $"[{i}] is {values[i]} instead of {numbers[i]}");
    }
}
