using System.Reflection;
using static TorchSharp.torch;

namespace SelfSup.Testing;

/// <summary>Compares batches: views, targets, and what a task's own type of batch has besides.</summary>
internal static class BatchTensors
{
    /// <summary>Whether two batches have the same tensors, bit for bit.</summary>
    public static bool AreEqual(PretextBatch first, PretextBatch second)
    {
        Tensor[] own = [.. Of(first)], other = [.. Of(second)];
        return own.Length == other.Length && own.Zip(other).All(pair => pair.First.Equals(pair.Second));
    }

    private static IEnumerable<Tensor> Of(PretextBatch batch)
    {
        for (var type = batch.GetType(); type != typeof(object); type = type!.BaseType)
        {
            foreach (var field in type!.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                IEnumerable<Tensor> held = field.GetValue(batch) switch
                {
                    Tensor tensor => [tensor],
                    IEnumerable<Tensor> tensors => tensors,
                    _ => [],
                };
                foreach (var tensor in held)
                    yield return tensor;
            }
        }
    }
}
