using SelfSup.Reports;
using static TorchSharp.torch;

namespace SelfSup.Tests.Reports;

public class PrincipalPlaneTests
{
    [Theory]
    [InlineData(40, 6)] // more rows than features
    [InlineData(5, 12)] // fewer
    public void WhatLiesInAPlaneKeepsItsDistances(int rows, int length)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(5);
        // Rows of length 1 in a circle, which lies in a plane.
        var angles = random.Uniform(rows).mul(2 * Math.PI).to(ScalarType.Float64);
        var features = zeros(rows, length, ScalarType.Float64, CPU);
        features.select(1, 1).copy_(angles.cos());
        features.select(1, 3).copy_(angles.sin());
        var plane = PrincipalPlane.Of(features);
        Assert.Equal(1, plane.Share, 9);
        var expected = cdist(features, features).data<double>().ToArray();
        foreach (var (i, distance) in expected.Index())
        {
            var (one, other) = (plane.Points[i / rows], plane.Points[i % rows]);
            Assert.Equal(distance, Math.Sqrt(Math.Pow(one.X - other.X, 2) + Math.Pow(one.Y - other.Y, 2)), 6);
        }
        Assert.True(plane.Points.Sum(point => point.X * point.X) >= plane.Points.Sum(point => point.Y * point.Y));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void EqualRowsLieInOnePlace(int rows)
    {
        using var features = ones(rows, 4, ScalarType.Float32, CPU);
        var plane = PrincipalPlane.Of(features);
        Assert.All(plane.Points, point => Assert.InRange(Math.Abs(point.X) + Math.Abs(point.Y), 0, 1e-6));
        Assert.InRange(plane.Share, 0, 1);
    }

    [Fact]
    public void TheMostAlikeAreTheNearestInDirection()
    {
        using var features = tensor(new float[,] { { 1, 0 }, { 0, 1 }, { 5, 0.1f }, { 0.2f, 3 } }, device: CPU);
        Assert.Equal([2, 3, 0, 1], features.MostAlike(1).Select(others => others.Single()));
        Assert.Equal([2, 3, 1], features.MostAlike(9)[0]);
        using var one = ones(1, 2, ScalarType.Float32, CPU);
        Assert.Empty(Assert.Single(one.MostAlike(3)));
    }
}
