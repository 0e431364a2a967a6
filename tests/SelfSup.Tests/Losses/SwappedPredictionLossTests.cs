using System.Text.Json;
using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup.Tests.Losses;

public class SwappedPredictionLossTests
{
    [ReferenceFact]
    public void Two_crops_give_the_loss_and_gradients_of_SwAV()
    {
        using var scope = NewDisposeScope();
        var views = Views(2);
        var loss = SwappedPredictionLoss.Of(views);
        loss.backward();
        ReferenceAssert.Near(Case("loss_two_views"), loss, 1e-9);
        ReferenceAssert.Near(Case("grad_view0"), views[0].grad!, 1e-9);
        ReferenceAssert.Near(Case("grad_view1"), views[1].grad!, 1e-9);
    }

    [ReferenceFact]
    public void Small_crops_predict_and_give_no_codes()
    {
        using var scope = NewDisposeScope();
        var views = Views(4);
        var loss = SwappedPredictionLoss.Of(views, assigning: 2);
        loss.backward();
        ReferenceAssert.Near(Case("loss_two_global_two_local"), loss, 1e-9);
        ReferenceAssert.Near(Case("grad4_view2"), views[2].grad!, 1e-9);
    }

    [ReferenceFact]
    public void Queued_scores_change_the_codes_alone()
    {
        using var scope = NewDisposeScope();
        var views = Views(2);
        Tensor[] queued = [.. Enumerable.Range(20, 2).Select(seed => ReferenceVectors.Fill(seed, 16, 6).div(2).requires_grad_())];
        var loss = SwappedPredictionLoss.Of(views, queued: queued);
        loss.backward();
        ReferenceAssert.Near(Case("loss_with_queue"), loss, 1e-9);
        ReferenceAssert.Near(Case("gradq_view0"), views[0].grad!, 1e-9);
        Assert.All(queued, scores => Assert.Null(scores.grad));
    }

    [Fact]
    public void Crops_that_tell_no_prototype_from_another_stay_at_the_logarithm_of_their_number()
    {
        using var scope = NewDisposeScope();
        var sure = eye(5).to(ScalarType.Float32);
        Assert.Equal(Math.Log(5), SwappedPredictionLoss.Of([sure, zeros(5, 5)], assigning: 1).item<float>(), 1e-5);
        Assert.Equal(Math.Log(5), SwappedPredictionLoss.Of([zeros(5, 5), ones(5, 5)]).item<float>(), 1e-5);
    }

    [Fact]
    public void Impossible_pairs_are_refused()
    {
        using var scope = NewDisposeScope();
        var scores = zeros(2, 3);
        Assert.Throws<ArgumentException>(() => SwappedPredictionLoss.Of([scores]));
        Assert.Throws<ArgumentException>(() => SwappedPredictionLoss.Of([scores, scores], assigning: 3));
        Assert.Throws<ArgumentException>(() => SwappedPredictionLoss.Of([scores, scores], queued: [scores]));
        Assert.Throws<ArgumentOutOfRangeException>(() => SwappedPredictionLoss.Of([scores, scores], temperature: 0));
    }

    private static JsonElement Case(string name) => ReferenceVectors.Get("swav", name);

    private static Tensor[] Views(int count) =>
        [.. Enumerable.Range(10, count).Select(seed => ReferenceVectors.Fill(seed, 8, 6).div(2).requires_grad_())];
}
