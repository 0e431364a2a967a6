using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>The latest features of earlier batches, first in, first out: negatives or neighbors for those of a batch.</summary>
/// <remarks>
/// Kept in a field of a <see cref="PretextModel"/>, its rows, its place and how many there are stand in the checkpoint. He et al.,
/// "Momentum Contrast for Unsupervised Visual Representation Learning", 2020, https://arxiv.org/abs/1911.05722. A batch that does not fit
/// to the end goes on at the start, so that no row is lost.
/// </remarks>
public sealed class FeatureQueue : nn.Module
{
    private readonly Tensor rows;
    private readonly Tensor place;
    private readonly Tensor count;

    private FeatureQueue(Tensor rows, long filled)
        : base(nameof(FeatureQueue))
    {
        this.rows = rows.DetachFromDisposeScope();
        place = zeros(1, int64, CPU).DetachFromDisposeScope();
        count = full(1, filled, int64, CPU).DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <summary>Number of rows.</summary>
    public int Length => (int)rows.shape[0];

    /// <summary>Width of a row.</summary>
    public int Width => (int)rows.shape[1];

    /// <summary>
    /// The rows, float32 (<see cref="Length"/>, <see cref="Width"/>), zeros where there are none yet: a copy, owned by the caller, which
    /// may stand in a loss, as what is added later does not change it.
    /// </summary>
    public Tensor Rows
    {
        get
        {
            using var noGrad = no_grad();
            return rows.clone();
        }
    }

    /// <summary>Which rows there are, bool (<see cref="Length"/>), owned by the caller; all in a queue that started with random rows.</summary>
    public Tensor IsFilled
    {
        get
        {
            using var places = arange(Length, int64, rows.device);
            return places.lt(count);
        }
    }

    /// <summary>Creates a queue that starts with random rows of unit length: far from everything, they do as negatives.</summary>
    /// <param name="length">Number of rows, at least 1.</param>
    /// <param name="width">Width of a row, at least 1.</param>
    /// <param name="seed">Decides the rows; several queues of a model want several seeds. The default is 0.</param>
    /// <returns>The queue on the CPU, owned by the caller.</returns>
    public static FeatureQueue Random(int length, int width, ulong seed = 0)
    {
        Check(length, width);
        using var random = new RandomSource(seed);
        using var draws = random.Normal(length, width);
        return new FeatureQueue(nn.functional.normalize(draws, dim: 1), length);
    }

    /// <summary>Creates a queue without rows.</summary>
    /// <param name="length">Number of rows that it will hold, at least 1.</param>
    /// <param name="width">Width of a row, at least 1.</param>
    /// <returns>The queue on the CPU, owned by the caller.</returns>
    public static FeatureQueue Empty(int length, int width)
    {
        Check(length, width);
        return new FeatureQueue(zeros(length, width, float32, CPU), 0);
    }

    /// <summary>Adds rows in place of the oldest, without a word from the device to the host.</summary>
    /// <param name="features">Features (N, <see cref="Width"/>) of any floating-point type; of more than the queue holds the last.</param>
    /// <exception cref="ArgumentException">The rows have another width.</exception>
    public void Enqueue(Tensor features)
    {
        if (features.dim() != 2 || features.shape[1] != Width)
            throw new ArgumentException($"The queue takes (N, {Width}), not ({string.Join(", ", features.shape)}).", nameof(features));
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var added = Math.Min(features.shape[0], Length);
        var passedOver = features.shape[0] - added;
        var places = arange(passedOver, passedOver + added, 1, int64, rows.device).add(place).remainder(Length);
        rows.index_copy_(0, places, features.narrow(0, passedOver, added).to(rows.dtype));
        place.add_(features.shape[0]).remainder_(Length);
        count.add_(added).clamp_max_(Length);
    }

    private static void Check(int length, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
    }
}
