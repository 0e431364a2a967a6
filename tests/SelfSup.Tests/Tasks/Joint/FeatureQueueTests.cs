using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks.Joint;

public class FeatureQueueTests
{
    [ReferenceFact]
    public void Two_steps_are_those_of_MoCo()
    {
        using var scope = NewDisposeScope();
        using var queue = FeatureQueue.Empty(24, 16);
        queue.Enqueue(nn.functional.normalize(ReferenceVectors.Fill(70, 16, 24).t(), dim: 1));
        var first = ReferenceVectors.Fill(1, 8, 16);
        var third = ReferenceVectors.Fill(3, 8, 16);
        Tensor[] queries = [first, third];
        Tensor[] keys = [first.mul(3).add(ReferenceVectors.Fill(2, 8, 16)).div(4), third.mul(3).add(ReferenceVectors.Fill(4, 8, 16)).div(4)];
        foreach (var (i, step) in ReferenceVectors.Get("moco_queue", "steps").EnumerateArray().Index())
        {
            var query = queries[i].to(ScalarType.Float32).requires_grad_();
            var key = nn.functional.normalize(keys[i], dim: 1).to(ScalarType.Float32);
            var unit = nn.functional.normalize(query, dim: 1);
            var logits = cat([unit.mul(key).sum(1, keepdim: true), unit.mm(queue.Rows.t())], 1).div(0.2);
            var loss = nn.functional.cross_entropy(logits, zeros(8, int64));
            queue.Enqueue(key); // before the gradient, which is that of the rows that were
            loss.backward();
            ReferenceAssert.Near(step.GetProperty("loss"), loss, 1e-5);
            ReferenceAssert.Near(step.GetProperty("grad_q"), query.grad!, 1e-4);
        }
        ReferenceAssert.Near(ReferenceVectors.Get("moco_queue", "queue_after"), queue.Rows.t(), 1e-5);
    }

    [Fact]
    public void What_does_not_fit_to_the_end_goes_on_at_the_start()
    {
        using var scope = NewDisposeScope();
        using var queue = FeatureQueue.Empty(5, 1);
        Assert.Equal([false, false, false, false, false], queue.IsFilled.data<bool>().ToArray());
        Enqueue(1, 2, 3);
        Assert.Equal([1, 2, 3, 0, 0], Rows());
        Assert.Equal([true, true, true, false, false], queue.IsFilled.data<bool>().ToArray());
        Enqueue(4, 5, 6, 7);
        Assert.Equal([6, 7, 3, 4, 5], Rows());
        Assert.All(queue.IsFilled.data<bool>().ToArray(), Assert.True);
        Enqueue(8);
        Assert.Equal([6, 7, 8, 4, 5], Rows());
        Enqueue(1, 2, 3, 4, 5, 6, 7); // the last five, from where they would have come to stand
        Assert.Equal([3, 4, 5, 6, 7], Rows().Order());
        Enqueue(9);
        Assert.Equal([4, 5, 6, 7, 9], Rows().Order());

        void Enqueue(params float[] rows) => queue.Enqueue(tensor(rows, rows.Length, 1));
        float[] Rows() => queue.Rows.data<float>().ToArray();
    }

    [Fact]
    public void A_random_start_has_unit_rows_by_its_seed()
    {
        using var scope = NewDisposeScope();
        using FeatureQueue queue = FeatureQueue.Random(6, 8), same = FeatureQueue.Random(6, 8), other = FeatureQueue.Random(6, 8, seed: 1);
        Assert.All(queue.Rows.norm(1, keepdim: false).data<float>().ToArray(), length => Assert.Equal(1, length, 1e-5));
        Assert.True(queue.Rows.Equals(same.Rows));
        Assert.False(queue.Rows.Equals(other.Rows));
        Assert.All(queue.IsFilled.data<bool>().ToArray(), Assert.True);
    }

    [Fact]
    public void Rows_place_and_count_are_its_state_and_a_restored_queue_goes_on()
    {
        using var scope = NewDisposeScope();
        using FeatureQueue queue = FeatureQueue.Empty(4, 1), restored = FeatureQueue.Empty(4, 1);
        queue.Enqueue(tensor(new float[] { 1, 2, 3 }, 3, 1));
        Assert.Equal(["count", "place", "rows"], queue.state_dict().Keys.Order());
        restored.load_state_dict(queue.state_dict());
        foreach (var each in new[] { queue, restored })
            each.Enqueue(tensor(new float[] { 4, 5 }, 2, 1).to(ScalarType.BFloat16));
        Assert.Equal([5, 2, 3, 4], restored.Rows.data<float>().ToArray());
        Assert.True(restored.Rows.Equals(queue.Rows));
        Assert.Throws<ArgumentException>(() => queue.Enqueue(zeros(2, 3)));
    }
}
