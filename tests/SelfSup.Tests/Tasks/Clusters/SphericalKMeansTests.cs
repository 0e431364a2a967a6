using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks.Clusters;

public class SphericalKMeansTests
{
    [ReferenceFact]
    public void Centers_and_clusters_are_those_of_DeepCluster_v2()
    {
        using var scope = NewDisposeScope();
        var rows = nn.functional.normalize(ReferenceVectors.Fill(81, 20, 4), dim: 1);
        foreach (var entry in ReferenceVectors.Get("spherical_kmeans", "cases").EnumerateArray())
        {
            var (centers, clusters) = SphericalKMeans.Fit(rows, rows.narrow(0, 0, 3), entry.GetProperty("iterations").GetInt32());
            ReferenceAssert.Near(entry.GetProperty("centroids"), centers, 1e-9);
            ReferenceAssert.Near(entry.GetProperty("assignments"), clusters, 0);
        }
    }

    [Fact]
    public void Every_row_is_in_the_cluster_of_its_nearest_center_and_a_rotation_changes_none()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(3);
        var rows = nn.functional.normalize(random.Normal(200, 8).to(ScalarType.Float64), dim: 1);
        var (rotation, _) = linalg.qr(random.Normal(8, 8).to(ScalarType.Float64));
        var (centers, clusters) = SphericalKMeans.Fit(rows, rows.narrow(0, 0, 10));
        Assert.True(centers.norm(1).allclose(ones(10, float64)));
        Assert.True(rows.mm(centers.t()).argmax(1).Equals(clusters));
        var (rotated, same) = SphericalKMeans.Fit(rows.mm(rotation), rows.narrow(0, 0, 10).mm(rotation));
        Assert.True(same.Equals(clusters));
        Assert.True(rotated.allclose(centers.mm(rotation), 1e-6, 1e-6));
    }

    [Fact]
    public void Many_rows_are_assigned_block_by_block()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(5);
        var rows = random.Normal(40_000, 4);
        var (_, clusters) = SphericalKMeans.Fit(rows, rows.narrow(0, 0, 7), iterations: 0);
        Assert.True(rows.mm(rows.narrow(0, 0, 7).t()).argmax(1).Equals(clusters));
    }

    [Fact]
    public void An_empty_cluster_keeps_its_center_and_rows_of_zeros_count_for_none()
    {
        using var scope = NewDisposeScope();
        var rows = tensor(new float[] { 1, 0, 0.8f, 0.6f, 0, 0 }, 3, 2);
        var (centers, _) = SphericalKMeans.Fit(rows, tensor(new float[] { 1, 0, -1, 0 }, 2, 2), iterations: 3);
        Assert.True(centers[1].Equals(tensor(new float[] { -1, 0 })));
        var mean = nn.functional.normalize(tensor(new float[] { 1.8f, 0.6f }), dim: 0);
        Assert.True(centers[0].allclose(mean, 1e-5, 1e-6));
    }

    [Fact]
    public void A_start_is_of_different_rows_those_of_zeros_last()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(4);
        var rows = cat([zeros(30, 2), eye(10).narrow(1, 0, 2).add(1)]);
        Assert.True(SphericalKMeans.DrawStart(rows, 10, random).norm(1).gt(0).all().item<bool>());
        Assert.Equal(2, SphericalKMeans.DrawStart(rows, 12, random).norm(1).eq(0).sum().item<long>());
    }
}
