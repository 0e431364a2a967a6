using System.Text.Json;
using SelfSup.Losses;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Tests.Losses;

public class VicRegLossTests
{
    [ReferenceFact]
    public void Value_and_gradients_are_the_authors()
    {
        using var scope = NewDisposeScope();
        var (a, b) = Inputs();
        var loss = VicRegLoss.Of(a, b);
        loss.backward();
        ReferenceAssert.Near(Case("total"), loss, 1e-5);
        ReferenceAssert.Near(Case("grad_A"), a.grad!, 1e-4);
        ReferenceAssert.Near(Case("grad_B"), b.grad!, 1e-4);
        // Where the variance terms of both views are added up, each has twice the weight.
        ReferenceAssert.Near(Case("total_solo"), VicRegLoss.Of(a, b, varianceWeight: 50), 1e-5);
        ReferenceAssert.Near(Case("total"), VicRegLoss.Of(a.to(ScalarType.Float32), b.to(ScalarType.Float32)), 1e-5);

        static JsonElement Case(string name) => ReferenceVectors.Get("vicreg", name);
    }

    [ReferenceTheory]
    [InlineData("invariance")]
    [InlineData("variance_A")]
    [InlineData("variance_B")]
    [InlineData("covariance_A")]
    [InlineData("covariance_B")]
    public void Each_term_is_the_authors(string name)
    {
        using var scope = NewDisposeScope();
        var (a, b) = Inputs();
        var view = name.EndsWith('B') ? b : a;
        var term = name[0] == 'i' ? VicRegLoss.Invariance(a, b) : name[0] == 'v' ? VicRegLoss.Variance(view) : VicRegLoss.Covariance(view);
        term.backward();
        var expected = ReferenceVectors.Get("vicreg", "terms", name);
        ReferenceAssert.Near(expected.GetProperty("value"), term, 1e-5);
        if (expected.TryGetProperty("grad", out var gradient))
            ReferenceAssert.Near(gradient, view.grad!, 1e-4);
    }

    [Fact]
    public void Constant_features_lack_all_variance_and_have_no_covariance()
    {
        using var scope = NewDisposeScope();
        var constant = full(6, 4, 3.5).to(ScalarType.Float32);
        Assert.Equal(0.99, VicRegLoss.Variance(constant).item<float>(), 1e-6);
        Assert.Equal(0, VicRegLoss.Covariance(constant).item<float>(), 1e-6);
        Assert.Equal(25 * 0.99, VicRegLoss.Of(constant, constant).item<float>(), 1e-4);
    }

    [Fact]
    public void Where_images_lie_and_in_which_order_does_not_count()
    {
        using var scope = NewDisposeScope();
        var random = new RandomSource(4);
        Tensor a = random.Normal(12, 5), b = random.Normal(12, 5), offset = random.Normal(1, 5);
        Assert.Equal(VicRegLoss.Of(a, b).item<float>(), VicRegLoss.Of(a.add(offset), b.add(offset)).item<float>(), 1e-3);
        var reversed = a.flip(0);
        Assert.Equal(VicRegLoss.Variance(a).item<float>(), VicRegLoss.Variance(reversed).item<float>(), 1e-5);
        Assert.Equal(VicRegLoss.Covariance(a).item<float>(), VicRegLoss.Covariance(reversed).item<float>(), 1e-5);
        Assert.Equal(0, VicRegLoss.Invariance(a, a).item<float>());
    }

    [Fact]
    public void Features_that_vary_enough_and_each_for_itself_cost_nothing()
    {
        using var scope = NewDisposeScope();
        var features = tensor(new float[] { 2, 2, 2, -2, -2, 2, -2, -2 }, 4, 2);
        Assert.Equal(0, VicRegLoss.Of(features, features).item<float>(), 1e-6);
    }

    [Fact]
    public void Half_precision_is_raised_and_autocast_suspended()
    {
        using var scope = NewDisposeScope();
        var features = new RandomSource(3).Normal(16, 4);
        Assert.Equal(ScalarType.Float32, VicRegLoss.Of(features.to(ScalarType.BFloat16), features).dtype);
        if (!Autocast.IsSupported)
            return;
        var expected = VicRegLoss.Covariance(features).item<float>();
        using var autocast = Autocast.ToBFloat16(CPU);
        Assert.Equal(expected, VicRegLoss.Covariance(features).item<float>());
    }

    [Fact]
    public void A_single_image_is_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("at least two images, not (1, 3)", Assert.Throws<ArgumentException>(() => VicRegLoss.Of(ones(1, 3), ones(1, 3))).Message);
        Assert.Throws<ArgumentException>(() => VicRegLoss.Covariance(ones(1, 3)));
        Assert.Throws<ArgumentException>(() => VicRegLoss.Variance(ones(1, 3)));
    }

    private static (Tensor First, Tensor Second) Inputs()
    {
        var first = BarlowTwinsLossTests.First();
        var second = BarlowTwinsLossTests.Second(first);
        return (first.div(2).requires_grad_(), second.div(2).requires_grad_());
    }
}
