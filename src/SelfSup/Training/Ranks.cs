using System.Text;
using System.Text.Json;
using SelfSup.Distributed;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>What the ranks of a run tell one another beside gradients. Alone, nothing is said and nothing costs.</summary>
internal sealed class Ranks : IDisposable
{
    private const int LeastImages = 2; // tasks compare images with one another, and one has no batch statistics
    private readonly IProcessGroup group;
    private readonly CancellationToken asked;
    private readonly CancellationTokenSource agreed = new();

    /// <summary>Joins the ranks of a run.</summary>
    /// <param name="group">The ranks.</param>
    /// <param name="cancellationToken">Asks this rank to stop.</param>
    public Ranks(IProcessGroup group, CancellationToken cancellationToken) => (this.group, asked) = (group, cancellationToken);

    /// <summary>Whether this is the rank that prepares, measures and writes for all.</summary>
    public bool IsFirst => group.Rank == 0;

    /// <summary>Stops all ranks after the same step: it is cancelled when they have heard that one of them was asked to.</summary>
    public CancellationToken Stop => IsAlone ? asked : agreed.Token;

    private bool IsAlone => group.Size == 1;

    /// <summary>Tells before a step how many images every rank could read, and whether it is to stop.</summary>
    /// <param name="images">This rank's images.</param>
    /// <returns>This rank's part of the batch; null where a rank has too few images to learn from, so that all leave the step out.</returns>
    public BatchShare? Meet(int images)
    {
        if (IsAlone)
            return images < LeastImages ? null : BatchShare.Whole(images);
        var said = new long[group.Size + 1];
        said[group.Rank] = images;
        said[^1] = asked.IsCancellationRequested ? 1 : 0;
        said = Sum(said);
        if (said[^1] > 0)
            agreed.Cancel();
        var counts = said[..^1];
        return counts.Any(count => count < LeastImages)
            ? null
            : new BatchShare(counts.Take(group.Rank).Sum(), counts[group.Rank], counts.Sum());
    }

    /// <summary>Gives all ranks the first one's tensors.</summary>
    /// <param name="tensors">Tensors of the same shapes and types on all ranks; changed in place.</param>
    public void Share(IEnumerable<Tensor> tensors)
    {
        if (IsAlone)
            return;
        using var noGrad = no_grad();
        foreach (var ofType in tensors.GroupBy(tensor => (tensor.dtype, tensor.device_type, tensor.device_index)))
        {
            using var scope = NewDisposeScope();
            var flat = cat([.. ofType.Select(tensor => tensor.reshape(-1))]);
            group.Broadcast(flat, 0);
            var start = 0L;
            foreach (var tensor in ofType)
            {
                tensor.copy_(flat.narrow(0, start, tensor.numel()).view(tensor.shape));
                start += tensor.numel();
            }
        }
    }

    /// <summary>Gives all ranks the first one's number.</summary>
    public long Share(long number) => IsAlone ? number : Sum([IsFirst ? number : 0])[0];

    /// <summary>Gives all ranks the first one's numbers, if it has any.</summary>
    /// <param name="numbers">Int64 (N), or null. Taken over.</param>
    /// <param name="count">N, the same on all ranks.</param>
    /// <returns>The first one's numbers, owned by the caller, or null.</returns>
    public Tensor? Share(Tensor? numbers, int count)
    {
        if (Share(numbers is null ? 0 : 1) == 0 || IsAlone)
            return numbers;
        var shared = numbers ?? empty(count, int64, CPU).DetachFromDisposeScope();
        group.Broadcast(shared, 0);
        return shared;
    }

    /// <summary>What every rank has, each thing once, in the order of ranks.</summary>
    public IEnumerable<T> Gather<T>(IEnumerable<T> own) => IsAlone
        ? own
        : Gather(JsonSerializer.Serialize(own)).SelectMany(text => JsonSerializer.Deserialize<T[]>(text)!).Distinct();

    /// <summary>Every rank's text, in the order of ranks.</summary>
    public string[] Gather(string own) => IsAlone ? [own] : [.. Enumerable.Range(0, group.Size).Select(rank => TextOf(rank, own))];

    /// <summary>Runs what all ranks do, and sees to it that all of them end.</summary>
    /// <param name="run">The run.</param>
    /// <param name="folder">The run's folder, which is told of an error; null for none.</param>
    public T Complete<T>(Func<T> run, string? folder)
    {
        try
        {
            var result = run();
            WaitForAll();
            return result;
        }
        // These come to all ranks at the same step. The first one may be writing yet, and a process that ends would take it along.
        catch (Exception e) when (!IsAlone && (e is NonFiniteLossException || (e is OperationCanceledException && agreed.IsCancellationRequested)))
        {
            WaitForAll();
            throw;
        }
        catch (Exception e) when (!IsAlone)
        {
            if (folder is not null)
                RankErrors.TryWrite(folder, group.Rank, e);
            group.Abort(e);
            throw;
        }
    }

    public void Dispose() => agreed.Dispose();

    private void WaitForAll()
    {
        if (!IsAlone)
            Sum([0]);
    }

    private long[] Sum(long[] values)
    {
        using var sum = tensor(values, device: CPU).DetachFromDisposeScope();
        group.Sum(sum);
        return sum.data<long>().ToArray();
    }

    private string TextOf(int rank, string own)
    {
        var bytes = Encoding.UTF8.GetBytes(own);
        var length = Sum([rank == group.Rank ? bytes.Length : 0])[0];
        if (length == 0)
            return "";
        using var text = (rank == group.Rank ? tensor(bytes, device: CPU) : empty(length, ScalarType.Byte, CPU)).DetachFromDisposeScope();
        group.Broadcast(text, rank);
        return Encoding.UTF8.GetString(text.bytes);
    }
}
