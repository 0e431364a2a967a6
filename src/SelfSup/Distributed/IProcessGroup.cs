using static TorchSharp.torch;

namespace SelfSup.Distributed;

/// <summary>
/// The processes, called ranks, that train one encoder together. All of them make the same calls in the same order: a call returns when
/// all have made it.
/// </summary>
/// <remarks>Calls come from one thread at a time, which need not always be the same.</remarks>
public interface IProcessGroup
{
    /// <summary>This process's place, 0..<see cref="Size"/> - 1. Rank 0 writes the run's files.</summary>
    int Rank { get; }

    /// <summary>Number of ranks, at least 1.</summary>
    int Size { get; }

    /// <summary>Number of ranks that share this one's processors, itself among them: threads are divided by it.</summary>
    int LocalSize { get; }

    /// <summary>Replaces values by their sum over all ranks, the same bits on every rank.</summary>
    /// <param name="values">Contiguous float32, float64 or int64, of the same shape on all ranks, on any device; changed in place.</param>
    void Sum(Tensor values);

    /// <summary>Replaces values by those of one rank.</summary>
    /// <param name="values">Contiguous, of any type, of the same shape and type on all ranks, on any device; changed in place.</param>
    /// <param name="root">The rank whose values all get.</param>
    void Broadcast(Tensor values, int root);

    /// <summary>
    /// Ends all ranks, because this one cannot go on while the others wait for it. A group of processes ends this process too and does not
    /// return.
    /// </summary>
    /// <param name="error">Why; shown to the user.</param>
    void Abort(Exception error);
}
