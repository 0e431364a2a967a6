using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>The rows nearest to every query, exactly: by products of matrices, a block of queries and rows at a time.</summary>
/// <param name="Count">Neighbors of every query, K.</param>
/// <param name="Rows">The neighbors' places, nearest first, K a query.</param>
/// <param name="Distances">Their distances between features of length 1, in 0..2, K a query.</param>
internal sealed record NearestNeighbors(int Count, int[] Rows, float[] Distances)
{
    private const int QueriesAtOnce = 1024;
    private const int RowsAtOnce = 16384; // 64 MiB of cosines
    private const double Shortest = 1e-12; // rows of 0 have a cosine of 0

    /// <summary>Distances of a query's neighbors, nearest first.</summary>
    public ReadOnlySpan<float> DistancesOf(int query) => Distances.AsSpan(query * Count, Count);

    /// <summary>Places of a query's neighbors, nearest first.</summary>
    public ReadOnlySpan<int> RowsOf(int query) => Rows.AsSpan(query * Count, Count);

    /// <summary>Finds the neighbors of every row among the others.</summary>
    /// <param name="features">Features of any length, (N, D). Borrowed.</param>
    /// <param name="count">How many neighbors; all others where there are fewer.</param>
    /// <param name="progress">Told the share that is done, 0..1.</param>
    /// <param name="cancellationToken">Asked before every block.</param>
    public static NearestNeighbors Among(
        Tensor features, int count, IProgress<double>? progress = null, CancellationToken cancellationToken = default) =>
        Find(features, features, count, center: null, areSame: true, progress, cancellationToken);

    /// <summary>Finds the rows of a bank that are nearest to queries.</summary>
    /// <param name="queries">Features of any length, (N, D). Borrowed.</param>
    /// <param name="bank">Features of any length, (M, D), on the same device. Borrowed.</param>
    /// <param name="count">How many neighbors; all rows where there are fewer.</param>
    /// <param name="center">What features are taken relative to (D), on the same device; null is the origin. Borrowed.</param>
    /// <param name="progress">Told the share that is done, 0..1.</param>
    /// <param name="cancellationToken">Asked before every block.</param>
    public static NearestNeighbors Of(
        Tensor queries, Tensor bank, int count, Tensor? center = null, IProgress<double>? progress = null,
        CancellationToken cancellationToken = default) =>
        Find(queries, bank, count, center, areSame: false, progress, cancellationToken);

    private static NearestNeighbors Find(
        Tensor queries, Tensor bank, int count, Tensor? center, bool areSame, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        using var noGrad = no_grad();
        var kept = (int)Math.Min(count, bank.shape[0] - (areSame ? 1 : 0));
        var total = queries.shape[0];
        var (rows, distances) = (new int[total * kept], new float[total * kept]);
        for (var first = 0L; first < total && kept > 0; first += QueriesAtOnce)
        {
            using var scope = NewDisposeScope();
            var block = Centering.DirectionsOf(PartOf(queries, first, QueriesAtOnce), center);
            var (cosines, places) = Nearest(block, bank, kept, center, areSame ? first : null, cancellationToken);
            // Rounding leaves cosines a little above 1.
            cosines.mul(-2).add_(2).clamp_min_(0).sqrt_().flatten().cpu().data<float>().CopyTo(distances, (int)(first * kept));
            places.to(ScalarType.Int32).flatten().cpu().data<int>().CopyTo(rows, (int)(first * kept));
            progress?.Report((double)Math.Min(total, first + QueriesAtOnce) / total);
        }
        return new(kept, rows, distances);
    }

    private static (Tensor Cosines, Tensor Places) Nearest(
        Tensor block, Tensor bank, int count, Tensor? center, long? self, CancellationToken cancellationToken)
    {
        Tensor? best = null, bestPlaces = null;
        for (var first = 0L; first < bank.shape[0]; first += RowsAtOnce)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var rows = PartOf(bank, first, RowsAtOnce);
            if (center is not null)
                rows = rows.sub(center);
            // A quotient of each cosine, and no scaled copy of the rows: a single query takes little longer than reading them.
            var cosines = block.mm(rows.t()).div_(linalg.vector_norm(rows, dims: [1]).clamp_min_(Shortest)); // (Q, R)
            if (self is { } own)
                HideSelf(cosines, own, first);
            var (nearest, places) = cosines.topk((int)Math.Min(count, cosines.shape[1]));
            places = places.add(first);
            if (best is not null && bestPlaces is not null)
            {
                (nearest, places) = (cat([best, nearest], 1), cat([bestPlaces, places], 1));
                (nearest, var order) = nearest.topk((int)Math.Min(count, nearest.shape[1]));
                places = places.gather(1, order);
                best.Dispose();
                bestPlaces.Dispose();
            }
            (best, bestPlaces) = (nearest.MoveToOuterDisposeScope(), places.MoveToOuterDisposeScope());
        }
        return (best!, bestPlaces!);
    }

    // A copy in another type is of some rows alone: one of all may not fit in memory.
    private static Tensor PartOf(Tensor features, long first, int most) =>
        features.narrow(0, first, Math.Min(most, features.shape[0] - first)).to(ScalarType.Float32);

    /// <summary>Makes a query that is a row of the bank the farthest of its own neighbors.</summary>
    /// <param name="cosines">Cosines of queries and rows (Q, R).</param>
    /// <param name="query">The place of the first query in the bank.</param>
    /// <param name="row">The place of the first row in the bank.</param>
    private static void HideSelf(Tensor cosines, long query, long row)
    {
        var (queries, rows) = (cosines.shape[0], cosines.shape[1]);
        var begin = Math.Max(query, row);
        var length = Math.Min(query + queries, row + rows) - begin;
        if (length > 0)
            cosines.narrow(0, begin - query, length).narrow(1, begin - row, length).diagonal().fill_(-2);
    }
}
