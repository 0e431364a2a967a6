using System.Text.Json;
using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup.Tests.Losses;

public class NearestNeighborContrastTests
{
    [ReferenceFact]
    public void Neighbors_values_and_gradients_are_those_of_NNCLR()
    {
        using var scope = NewDisposeScope();
        var memory = nn.functional.normalize(ReferenceVectors.Fill(71, 24, 16), dim: 1);
        var ((first, second), (fromFirst, fromSecond)) = (Pair(1, 2), Pair(3, 4));
        ReferenceAssert.Near(Case("neighbours_of_z0"), NearestNeighborContrast.Find(first, memory), 0);
        ReferenceAssert.Near(Case("neighbours_of_z1"), NearestNeighborContrast.Find(second, memory), 0);
        fromFirst.requires_grad_();
        fromSecond.requires_grad_();
        var loss = Value(first, fromSecond).add(Value(second, fromFirst)).div(2);
        loss.backward();
        ReferenceAssert.Near(Case("solo_loss_T02"), loss, 1e-5);
        ReferenceAssert.Near(Case("solo_grad_p0"), fromFirst.grad!, 1e-4);
        ReferenceAssert.Near(Case("solo_grad_p1"), fromSecond.grad!, 1e-4);

        Tensor Value(Tensor embeddings, Tensor predictions) => NearestNeighborContrast.Of(embeddings, predictions, memory, 0.2).Value;
        static JsonElement Case(string name) => ReferenceVectors.Get("nnclr", name);
    }

    [ReferenceFact]
    public void Neighbors_against_all_other_rows_of_both_sides_are_lightlys_form()
    {
        using var scope = NewDisposeScope();
        var memory = nn.functional.normalize(ReferenceVectors.Fill(71, 24, 16), dim: 1);
        var ((first, second), (fromFirst, fromSecond)) = (Pair(1, 2), Pair(3, 4));
        fromFirst.requires_grad_();
        fromSecond.requires_grad_();
        var loss = Value(first, fromSecond).add(Value(second, fromFirst)).div(2);
        loss.backward();
        ReferenceAssert.Near(Case("lightly_loss_T05"), loss, 1e-5);
        ReferenceAssert.Near(Case("lightly_grad_p0"), fromFirst.grad!, 1e-4);
        ReferenceAssert.Near(Case("lightly_grad_p1"), fromSecond.grad!, 1e-4);

        Tensor Value(Tensor embeddings, Tensor predictions) =>
            NtXent.Of(memory.index_select(0, NearestNeighborContrast.Find(embeddings, memory)), predictions, 0.5).Value;
        static JsonElement Case(string name) => ReferenceVectors.Get("nnclr", name);
    }

    [Fact]
    public void What_is_in_the_memory_is_its_own_neighbor_and_lengths_do_not_count()
    {
        using var scope = NewDisposeScope();
        var memory = Pair(1, 2).First;
        Assert.Equal([5, 0, 7], NearestNeighborContrast.Find(memory.index_select(0, tensor(new long[] { 5, 0, 7 })).mul(3), memory.div(2)).data<long>().ToArray());
        Assert.Equal([1], NearestNeighborContrast.Find(tensor(new float[] { 1, 1 }, 1, 2), tensor(new float[] { 100, 0, 0.1f, 0.1f }, 2, 2)).data<long>().ToArray());
    }

    [Fact]
    public void Embeddings_and_memory_are_constants()
    {
        using var scope = NewDisposeScope();
        var ((embeddings, predictions), (memory, _)) = (Pair(1, 2), Pair(3, 4));
        using var loss = NearestNeighborContrast.Of(embeddings.requires_grad_(), predictions.requires_grad_(), memory.requires_grad_());
        loss.Value.backward();
        Assert.Null(embeddings.grad);
        Assert.Null(memory.grad);
        Assert.NotNull(predictions.grad);
        using var alike = NearestNeighborContrast.Of(embeddings, ones_like(predictions), memory);
        Assert.Equal(Math.Log(8), alike.Value.item<double>(), 1e-9);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("(K, 3)", Assert.Throws<ArgumentException>(() => NearestNeighborContrast.Of(eye(3), eye(3), eye(4))).Message);
        Assert.Throws<ArgumentException>(() => NearestNeighborContrast.Of(eye(3), ones(2, 3), eye(3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => NearestNeighborContrast.Of(eye(3), eye(3), eye(3), 0));
    }

    private static (Tensor First, Tensor Second) Pair(long one, long other)
    {
        var first = ReferenceVectors.Fill(one, 8, 16);
        return (first, first.mul(3).add(ReferenceVectors.Fill(other, 8, 16)).div(4));
    }
}
