using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Curation;

/// <summary>How far the tenth neighbor of every row is, which near duplicates must be much nearer than.</summary>
internal sealed class Surroundings
{
    private const int Neighbors = 10;
    private const double Rounding = 3e-3; // what it makes of a distance of 0

    private readonly Tensor rows;
    private readonly NearestNeighbors nearest;

    /// <summary>Measures rows.</summary>
    /// <param name="rows">Features of any length, (N, D). Borrowed.</param>
    /// <param name="progress">Told the share that is done, 0..1.</param>
    /// <param name="cancellationToken">Asked between blocks of work.</param>
    public Surroundings(Tensor rows, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        this.rows = rows;
        nearest = NearestNeighbors.Among(rows, Neighbors, progress, cancellationToken);
    }

    /// <summary>Finds the pairs of rows that are close; some of them twice.</summary>
    public IEnumerable<(int One, int Other, double Closeness)> FindPairs(double closeness)
    {
        for (var row = 0; row < rows.shape[0]; row++)
        {
            for (var i = 0; i < nearest.Count; i++)
            {
                var other = nearest.RowsOf(row)[i];
                var figure = Relate(nearest.DistancesOf(row)[i], nearest.DistancesOf(row)[^1], nearest.DistancesOf(other)[^1]);
                if (figure <= closeness)
                    yield return (row, other, figure);
            }
        }
    }

    /// <summary>Finds the rows that queries are close to, those of each query the nearest first.</summary>
    public IEnumerable<(int Query, int Row, double Closeness)> FindClose(Tensor queries, double closeness, CancellationToken cancellationToken)
    {
        var found = NearestNeighbors.Of(queries, rows, Neighbors, cancellationToken: cancellationToken);
        for (var query = 0; query < queries.shape[0]; query++)
        {
            for (var i = 0; i < found.Count; i++)
            {
                var row = found.RowsOf(query)[i];
                var own = nearest.Count == 0 ? float.PositiveInfinity : nearest.DistancesOf(row)[^1];
                var figure = Relate(found.DistancesOf(query)[i], found.DistancesOf(query)[^1], own);
                if (figure <= closeness)
                    yield return (query, row, figure);
            }
        }
    }

    private static double Relate(double distance, double one, double other) => distance < Rounding ? 0 : distance / Math.Min(one, other);
}
