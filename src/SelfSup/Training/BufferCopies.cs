using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>What modules' buffers were, such as statistics of batch normalization. In the caller's dispose scope.</summary>
internal sealed class BufferCopies
{
    private readonly (Tensor Buffer, Tensor Copy)[] copies;

    /// <summary>Copies all buffers.</summary>
    public BufferCopies(IEnumerable<nn.Module> modules) =>
        copies = [.. modules.SelectMany(module => module.named_buffers()).Select(pair => (pair.buffer, pair.buffer.clone()))];

    /// <summary>Copies them back.</summary>
    public void Restore()
    {
        using var noGrad = no_grad();
        foreach (var (buffer, copy) in copies)
            buffer.copy_(copy);
    }
}
