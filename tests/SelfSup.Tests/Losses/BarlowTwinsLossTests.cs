using System.Text.Json;
using SelfSup.Losses;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Tests.Losses;

public class BarlowTwinsLossTests
{
    [ReferenceFact]
    public void Value_gradients_and_correlations_are_the_authors()
    {
        using var scope = NewDisposeScope();
        Tensor a = First().requires_grad_(), b = Second(First()).requires_grad_();
        var loss = BarlowTwinsLoss.Of(a, b, 0.0051);
        loss.backward();
        ReferenceAssert.Near(Case("loss_lambda_0051"), loss, 1e-5);
        ReferenceAssert.Near(Case("grad_A"), a.grad!, 1e-4);
        ReferenceAssert.Near(Case("grad_B"), b.grad!, 1e-4);
        ReferenceAssert.Near(Case("cross_correlation"), BarlowTwinsLoss.CrossCorrelation(a, b), 1e-5);
        ReferenceAssert.Near(Case("loss_lambda_005"), BarlowTwinsLoss.Of(a, b), 1e-5);
        ReferenceAssert.Near(Case("loss_solo_005_scale01"), BarlowTwinsLoss.Of(a, b).mul(0.1), 1e-5);
        ReferenceAssert.Near(Case("on_diagonal"), BarlowTwinsLoss.Of(a, b, 0), 1e-5);
        ReferenceAssert.Near(Case("loss_lambda_0051"), BarlowTwinsLoss.Of(a.detach().to(ScalarType.Float32), b.to(ScalarType.Float32), 0.0051), 1e-5);

        static JsonElement Case(string name) => ReferenceVectors.Get("barlow", name);
    }

    [Fact]
    public void Equal_views_of_uncorrelated_features_cost_nothing_and_constant_ones_their_number()
    {
        using var scope = NewDisposeScope();
        // Rows of a Hadamard matrix: every column but the first has mean 0, and all are orthogonal.
        var features = tensor(new float[] { 1, 1, 1, -1, 1, -1, 1, -1, -1, -1, -1, 1 }, 4, 3);
        Assert.Equal(0, BarlowTwinsLoss.Of(features, features).item<float>(), 1e-6);
        Assert.Equal(3, BarlowTwinsLoss.Of(ones(4, 3), ones(4, 3)).item<float>(), 1e-6);
        Assert.Equal(12, BarlowTwinsLoss.Of(features, features.neg()).item<float>(), 1e-3); // each on the diagonal is -1 instead of 1
    }

    [Fact]
    public void Scales_and_offsets_of_features_do_not_count()
    {
        using var scope = NewDisposeScope();
        var random = new RandomSource(3);
        Tensor a = random.Normal(16, 4), b = random.Normal(16, 4);
        var scale = tensor(new float[] { 2, 30, 5, 11 });
        Assert.Equal(BarlowTwinsLoss.Of(a, b).item<float>(), BarlowTwinsLoss.Of(a.mul(scale).add(scale), b).item<float>(), 1e-4);
    }

    [Fact]
    public void Half_precision_is_raised_and_autocast_suspended()
    {
        using var scope = NewDisposeScope();
        var random = new RandomSource(3);
        Tensor a = random.Normal(16, 4), b = random.Normal(16, 4);
        Assert.Equal(ScalarType.Float32, BarlowTwinsLoss.Of(a.to(ScalarType.BFloat16), b).dtype);
        if (!Autocast.IsSupported)
            return;
        var expected = BarlowTwinsLoss.Of(a, b).item<float>();
        using var autocast = Autocast.ToBFloat16(CPU);
        Assert.Equal(expected, BarlowTwinsLoss.Of(a, b).item<float>());
        Assert.Equal(ScalarType.BFloat16, a.mm(b.t()).dtype); // and it goes on afterwards
    }

    [Fact]
    public void What_cannot_be_compared_is_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("at least two images, not (1, 3)", Assert.Throws<ArgumentException>(() => BarlowTwinsLoss.Of(ones(1, 3), ones(1, 3))).Message);
        Assert.Contains("(2, 3) and (2, 4)", Assert.Throws<ArgumentException>(() => BarlowTwinsLoss.Of(ones(2, 3), ones(2, 4))).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => BarlowTwinsLoss.Of(ones(2, 3), ones(2, 3), -1));
    }

    internal static Tensor First() => ReferenceVectors.Fill(1, 8, 16);

    internal static Tensor Second(Tensor first) => first.mul(3).add(ReferenceVectors.Fill(2, 8, 16)).div(4);
}
