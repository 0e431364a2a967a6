using System.Text.Json;
using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup.Tests.Losses;

public class ClusterLossTests
{
    [ReferenceFact]
    public void Value_and_gradient_are_those_of_DeepCluster_v2()
    {
        using var scope = NewDisposeScope();
        var all = ReferenceVectors.Fill(80, 2, 2, 8, 6).div(2);
        Tensor[] scores = [.. all.unbind().Select(head => head.flatten(0, 1).detach().requires_grad_())];
        Tensor[] clusters = [.. Case("assignments").EnumerateArray().Select(head =>
            tensor(ReferenceVectors.Numbers(head).Select(number => (long)number).ToArray()))];
        var loss = ClusterLoss.Of(scores, clusters);
        loss.backward();
        ReferenceAssert.Near(Case("loss"), loss, 1e-9);
        ReferenceAssert.Near(Case("grad_head1"), scores[1].grad!, 1e-9);

        static JsonElement Case(string name) => ReferenceVectors.Get("deepcluster_v2_loss", name);
    }

    [Fact]
    public void Images_without_a_cluster_teach_nothing()
    {
        using var scope = NewDisposeScope();
        var scores = ones(4, 3).requires_grad_();
        var loss = ClusterLoss.Of([scores], [full(2, -1, int64)]);
        loss.backward();
        Assert.Equal(0, loss.item<float>());
        Assert.Equal(0, scores.grad!.abs().sum().item<float>());
    }

    [Fact]
    public void Equal_scores_give_the_logarithm_of_the_number_of_clusters()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(Math.Log(7), ClusterLoss.Of([zeros(6, 7)], [zeros(3, int64)]).item<float>(), 1e-5);
        Assert.Throws<ArgumentException>(() => ClusterLoss.Of([zeros(6, 7)], []));
        Assert.Throws<ArgumentException>(() => ClusterLoss.Of([], []));
    }
}
