using System.Text.Json;
using SelfSup.Losses;
using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Losses;

public class InfoNceTests
{
    [ReferenceFact]
    public void Two_steps_with_a_queue_are_those_of_MoCo()
    {
        using var scope = NewDisposeScope();
        using var queue = FeatureQueue.Empty(24, 16);
        queue.Enqueue(nn.functional.normalize(ReferenceVectors.Fill(70, 16, 24).t(), dim: 1));
        (Tensor Queries, Tensor Keys)[] inputs = [Pair(1, 2), Pair(3, 4)];
        foreach (var (i, step) in ReferenceVectors.Get("moco_queue", "steps").EnumerateArray().Index())
        {
            var (queries, keys) = inputs[i];
            using var loss = InfoNce.Of(queries.requires_grad_(), keys.requires_grad_(), queue.Rows, 0.2);
            queue.Enqueue(nn.functional.normalize(keys, dim: 1)); // before the gradient, which is that of the rows that were
            loss.Value.backward();
            ReferenceAssert.Near(step.GetProperty("loss"), loss.Value, 1e-5);
            ReferenceAssert.Near(step.GetProperty("grad_q"), queries.grad!, 1e-4);
            Assert.Null(keys.grad);
        }
        ReferenceAssert.Near(ReferenceVectors.Get("moco_queue", "queue_after"), queue.Rows.t(), 1e-5);
    }

    [ReferenceFact]
    public void Values_and_gradients_are_those_of_MoCo_v3()
    {
        using var scope = NewDisposeScope();
        var (first, second) = Pair(3, 4);
        var (keysOfSecond, keysOfFirst) = Pair(1, 2);
        var loss = Value(first.requires_grad_(), keysOfFirst, 0.2).add(Value(second.requires_grad_(), keysOfSecond, 0.2));
        loss.backward();
        ReferenceAssert.Near(Case("loss_T02"), loss, 1e-5);
        ReferenceAssert.Near(Case("grad_q1"), first.grad!, 1e-4);
        ReferenceAssert.Near(Case("grad_q2"), second.grad!, 1e-4);
        ReferenceAssert.Near(Case("loss_T1"), Value(first, keysOfFirst, 1).add(Value(second, keysOfSecond, 1)), 1e-5);

        static Tensor Value(Tensor queries, Tensor keys, double temperature) =>
            InfoNce.InBatch(queries, keys, temperature).Value.mul(2 * temperature);
        static JsonElement Case(string name) => ReferenceVectors.Get("moco_v3", name);
    }

    [Fact]
    public void Embeddings_that_are_all_alike_give_logarithms()
    {
        using var scope = NewDisposeScope();
        using PretextLoss queue = InfoNce.Of(ones(4, 3), ones(4, 3), ones(9, 3)), batch = InfoNce.InBatch(ones(4, 3), ones(4, 3));
        Assert.Equal(Math.Log(10), queue.Value.item<float>(), 1e-5);
        Assert.Equal(Math.Log(4), batch.Value.item<float>(), 1e-5);
    }

    [Fact]
    public void Lengths_do_not_count_and_keys_and_negatives_are_constants()
    {
        using var scope = NewDisposeScope();
        var ((queries, keys), (negatives, _)) = (Pair(1, 2), Pair(3, 4));
        using PretextLoss
            loss = InfoNce.Of(queries.requires_grad_(), keys.requires_grad_(), negatives.requires_grad_()),
            scaled = InfoNce.Of(queries.mul(2), keys.mul(3), negatives.div(4));
        Assert.Equal(loss.Value.item<double>(), scaled.Value.item<double>(), 1e-12);
        loss.Value.backward();
        Assert.Null(keys.grad);
        Assert.Null(negatives.grad);
        Assert.True(queries.grad!.mul(queries).sum(1).abs().max().item<double>() < 1e-12);
    }

    [Fact]
    public void A_query_that_is_closer_to_a_negative_is_counted_as_wrong()
    {
        using var scope = NewDisposeScope();
        var queries = eye(3);
        using var loss = InfoNce.Of(queries, queries.roll(1, 0), queries.narrow(0, 0, 1));
        using var right = InfoNce.Of(queries, queries, queries.neg());
        Assert.Equal(2 / 3.0, loss.Metrics.Single().Value.item<float>(), 1e-6); // ties go to the key
        Assert.Equal(1, right.Metrics.Single().Value.item<float>());
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("(K, 3)", Assert.Throws<ArgumentException>(() => InfoNce.Of(eye(3), eye(3), eye(4))).Message);
        Assert.Throws<ArgumentException>(() => InfoNce.InBatch(eye(3), ones(2, 3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => InfoNce.InBatch(eye(3), eye(3), -1));
    }

    private static (Tensor First, Tensor Second) Pair(long one, long other)
    {
        var first = ReferenceVectors.Fill(one, 8, 16);
        return (first, first.mul(3).add(ReferenceVectors.Fill(other, 8, 16)).div(4));
    }
}
