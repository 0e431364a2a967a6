using System.Text.Json;
using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup.Tests.Losses;

public class NegativeCosineTests
{
    [ReferenceFact]
    public void Values_and_gradients_are_those_of_SimSiam_and_BYOL()
    {
        using var scope = NewDisposeScope();
        var a = ReferenceVectors.Fill(1, 8, 16);
        var b = a.mul(3).add(ReferenceVectors.Fill(2, 8, 16)).div(4);
        var first = ReferenceVectors.Fill(3, 8, 16);
        var p0 = first.to(ScalarType.Float32).requires_grad_();
        var p1 = first.mul(3).add(ReferenceVectors.Fill(4, 8, 16)).div(4).to(ScalarType.Float32).requires_grad_();
        var loss = NegativeCosine.Of(p0, b).add(NegativeCosine.Of(p1, a)).div(2);
        loss.backward();
        ReferenceAssert.Near(Case("loss"), loss, 1e-5);
        ReferenceAssert.Near(Case("grad_P0"), p0.grad!, 1e-4);
        ReferenceAssert.Near(Case("grad_P1"), p1.grad!, 1e-4);

        Tensor q0 = p0.detach().requires_grad_(), q1 = p1.detach();
        var byol = NegativeCosine.SquaredDistance(q0, b).add(NegativeCosine.SquaredDistance(q1, a));
        byol.backward();
        ReferenceAssert.Near(Case("byol_sum"), byol, 1e-5);
        ReferenceAssert.Near(Case("byol_grad_P0"), q0.grad!, 1e-4);

        static JsonElement Case(string name) => ReferenceVectors.Get("negative_cosine", name);
    }

    [Fact]
    public void Lengths_do_not_count_and_targets_have_no_gradient()
    {
        using var scope = NewDisposeScope();
        var p = tensor(new float[] { 3, 4, 0, 2 }, 2, 2).requires_grad_();
        var z = tensor(new float[] { 6, 8, 0, -1 }, 2, 2).requires_grad_();
        var loss = NegativeCosine.Of(p, z); // cosines 1 and -1
        Assert.Equal(0, loss.item<float>(), 1e-6);
        Assert.Equal(2, NegativeCosine.SquaredDistance(p, z).item<float>(), 1e-6);
        loss.backward();
        Assert.NotNull(p.grad);
        Assert.Null(z.grad);
    }

    [Fact]
    public void Half_precision_is_raised()
    {
        using var scope = NewDisposeScope();
        var p = ones(2, 3).to(ScalarType.BFloat16);
        Assert.Equal(ScalarType.Float32, NegativeCosine.Of(p, p).dtype);
    }
}
