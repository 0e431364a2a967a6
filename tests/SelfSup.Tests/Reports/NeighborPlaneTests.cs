using SelfSup.Reports;
using static TorchSharp.torch;

namespace SelfSup.Tests.Reports;

public class NeighborPlaneTests
{
    private const int Heaps = 8, RowsOfEach = 25, Rows = Heaps * RowsOfEach;

    [Fact]
    public void HeapsThatAPlaneCannotPartLieApart()
    {
        using var features = CreateHeaps();
        var start = PrincipalPlane.Of(features);
        var places = NeighborPlane.Of(features, start, CancellationToken.None);
        Assert.InRange(ShareBesideTheirOwn(start.Points), 0.2, 0.8);
        Assert.InRange(ShareBesideTheirOwn(places), 0.99, 1);
    }

    [Fact]
    public void EqualRowsGiveEqualPlanes()
    {
        using var features = CreateHeaps();
        var start = PrincipalPlane.Of(features);
        Assert.Equal(NeighborPlane.Of(features, start, CancellationToken.None), NeighborPlane.Of(features, start, CancellationToken.None));
    }

    [Theory]
    [InlineData(1)] // nothing to part
    [InlineData(5)]
    public void RowsThatAreAllEqualLieInOnePlace(int rows)
    {
        using var features = ones(rows, 4, ScalarType.Float32, CPU);
        var places = NeighborPlane.Of(features, PrincipalPlane.Of(features), CancellationToken.None);
        Assert.All(places, place => Assert.InRange(Math.Abs(place.X) + Math.Abs(place.Y), 0, 1e-6));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void AFewRowsHavePlacesToo(int rows)
    {
        using var features = eye(rows, rows + 1, dtype: ScalarType.Float32, device: CPU);
        var places = NeighborPlane.Of(features, PrincipalPlane.Of(features), CancellationToken.None);
        Assert.Equal(rows, places.Distinct().Count());
        Assert.All(places, place => Assert.True(double.IsFinite(place.X) && double.IsFinite(place.Y)));
    }

    [Fact]
    public void TheGradientIsThatOfTheDivergence()
    {
        const int count = 21;
        using var random = new RandomSource(3);
        using var features = random.Normal(count, 6);
        using var start = random.Normal(2, count);
        var (x, y) = (start[0].data<float>().ToArray(), start[1].data<float>().ToArray());
        var affinities = Affinities.Of(features);
        var (gradientX, gradientY) = (new float[count], new float[count]);
        new NeighborPlane(affinities).FindGradient(x, y, 1, gradientX, gradientY);
        foreach (var (places, gradient) in new[] { (x, gradientX), (y, gradientY) })
        {
            for (var row = 0; row < count; row++)
            {
                var kept = places[row];
                places[row] = kept + 0.01f;
                var above = Divergence(affinities, x, y);
                places[row] = kept - 0.01f;
                var below = Divergence(affinities, x, y);
                places[row] = kept;
                Assert.Equal((above - below) / 0.02 / 4, gradient[row], 4);
            }
        }
    }

    [Fact]
    public void SharesHaveThePerplexityAndSumToOne()
    {
        float[] distances = [.. Enumerable.Range(1, 60).Select(place => place * 0.01f)];
        var shares = Affinities.SharesOf(distances, 20);
        Assert.Equal(1, shares.Sum(), 9);
        Assert.Equal(20, Math.Exp(-shares.Sum(share => share * Math.Log(share))), 2);
        Assert.Equal(shares.OrderDescending(), shares);

        using var features = CreateHeaps();
        Assert.Equal(1, Affinities.Of(features).Shares.Sum(row => row.Sum(share => (double)share)), 4);
    }

    [Fact]
    public void ItCanBeCancelled()
    {
        using var features = CreateHeaps();
        Assert.Throws<OperationCanceledException>(() => NeighborPlane.Of(features, PrincipalPlane.Of(features), new CancellationToken(true)));
    }

    // Around one corner each of a cube of as many directions, so that all heaps are equally far from each other.
    private static Tensor CreateHeaps()
    {
        using var random = new RandomSource(7);
        using var scope = NewDisposeScope();
        var centers = eye(Heaps, dtype: ScalarType.Float32, device: CPU).repeat_interleave(RowsOfEach, 0);
        return centers.add(random.Normal(Rows, Heaps).mul(0.1)).MoveToOuterDisposeScope();
    }

    // How many rows have one of their own heap as the nearest in the plane.
    private static double ShareBesideTheirOwn((double X, double Y)[] places) => Enumerable.Range(0, Rows).Average(row =>
    {
        var nearest = Enumerable.Range(0, Rows).Where(other => other != row)
            .MinBy(other => Math.Pow(places[other].X - places[row].X, 2) + Math.Pow(places[other].Y - places[row].Y, 2));
        return nearest / RowsOfEach == row / RowsOfEach ? 1.0 : 0;
    });

    // Kullback and Leibler's, of the rows' shares from those in the plane, as the formula has it.
    private static double Divergence(Affinities affinities, float[] x, float[] y)
    {
        var weights = new double[x.Length, x.Length];
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
        {
            for (var j = 0; j < x.Length; j++)
            {
                if (i != j)
                    sum += weights[i, j] = 1 / (1 + Math.Pow((double)x[i] - x[j], 2) + Math.Pow((double)y[i] - y[j], 2));
            }
        }
        var pairs =
            from i in Enumerable.Range(0, x.Length)
            from entry in affinities.Others[i].Zip(affinities.Shares[i])
            group (double)entry.Second by (Row: i, Other: entry.First) into pair
            select (pair.Key, Share: pair.Sum());
        return pairs.Sum(pair => pair.Share * Math.Log(pair.Share / (weights[pair.Key.Row, pair.Key.Other] / sum)));
    }
}
