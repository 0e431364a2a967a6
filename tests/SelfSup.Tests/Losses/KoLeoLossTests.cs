using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup.Tests.Losses;

public class KoLeoLossTests
{
    [ReferenceFact]
    public void Value_and_gradient_are_those_of_DINOv2()
    {
        using var scope = NewDisposeScope();
        var features = ReferenceVectors.Fill(1, 8, 16).requires_grad_();
        var loss = KoLeoLoss.Of(features);
        loss.backward();
        ReferenceAssert.Near(ReferenceVectors.Get("koleo", "loss"), loss, 1e-5);
        ReferenceAssert.Near(ReferenceVectors.Get("koleo", "grad"), features.grad!, 1e-4);
        ReferenceAssert.Near(ReferenceVectors.Get("koleo", "loss"), KoLeoLoss.Of(features.to(ScalarType.Float32)), 1e-5);
    }

    [Fact]
    public void Opposite_features_are_as_far_apart_as_can_be_and_lengths_do_not_count()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(-Math.Log(2), KoLeoLoss.Of(tensor(new float[] { 3, 0, -0.1f, 0 }, 2, 2)).item<float>(), 1e-5);
        // Four directions at right angles: each is the root of 2 from the nearest.
        var square = tensor(new float[] { 1, 0, 0, 2, -3, 0, 0, -4 }, 4, 2);
        Assert.Equal(-Math.Log(Math.Sqrt(2)), KoLeoLoss.Of(square).item<float>(), 1e-5);
    }

    [Fact]
    public void Equal_features_cost_much_and_have_a_finite_gradient()
    {
        using var scope = NewDisposeScope();
        var features = ones(3, 4).requires_grad_();
        var loss = KoLeoLoss.Of(features);
        loss.backward();
        Assert.True(loss.item<float>() > 10);
        Assert.True(features.grad!.isfinite().all().item<bool>());
    }

    [Fact]
    public void A_single_image_is_refused() =>
        Assert.Contains("at least two images", Assert.Throws<ArgumentException>(() => KoLeoLoss.Of(ones(1, 4))).Message);
}
