using System.Text.Json;
using SelfSup.Losses;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Tests.Losses;

public class NtXentTests
{
    [ReferenceFact]
    public void Values_and_gradients_are_those_of_SimCLR()
    {
        using var scope = NewDisposeScope();
        foreach (var expected in ReferenceVectors.Get("nt_xent", "cases").EnumerateArray())
        {
            var (first, second) = Pair();
            using var loss = NtXent.Of(first.requires_grad_(), second.requires_grad_(), expected.GetProperty("temperature").GetDouble());
            ReferenceAssert.Near(expected.GetProperty("loss"), loss.Value, 1e-5);
            loss.Value.backward();
            foreach (var (name, side) in new[] { ("grad_A", first), ("grad_B", second) })
            {
                if (expected.TryGetProperty(name, out JsonElement gradient))
                    ReferenceAssert.Near(gradient, side.grad!, 1e-4);
            }
        }
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void Views_that_are_all_alike_give_a_logarithm_and_orthogonal_images_the_least(double temperature)
    {
        using var scope = NewDisposeScope();
        using var alike = NtXent.Of(ones(8, 4), ones(8, 4), temperature);
        Assert.Equal(Math.Log(15), alike.Value.item<float>(), 1e-5);
        using var apart = NtXent.Of(eye(8), eye(8), temperature);
        Assert.Equal(Math.Log(1 + 14 * Math.Exp(-1 / temperature)), apart.Value.item<float>(), 1e-5);
        Assert.Equal(1, apart.Metrics.Single(metric => metric.Name == "accuracy").Value.item<float>());
    }

    [Fact]
    public void Only_which_views_belong_together_counts_and_no_gradient_goes_along_a_row()
    {
        using var scope = NewDisposeScope();
        var (first, second) = Pair();
        first.requires_grad_();
        var loss = Value(first, second);
        var order = tensor(new long[] { 3, 0, 7, 1, 6, 2, 5, 4 });
        Assert.Equal(loss.item<double>(), Value(second, first).item<double>(), 1e-12);
        Assert.Equal(loss.item<double>(), Value(first.index_select(0, order), second.index_select(0, order)).item<double>(), 1e-12);
        Assert.Equal(loss.item<double>(), Value(first.mul(7), second.div(3)).item<double>(), 1e-12);
        Assert.NotEqual(loss.item<double>(), Value(first, second.index_select(0, order)).item<double>(), 1e-3);
        loss.backward();
        Assert.True(first.grad!.mul(first).sum(1).abs().max().item<double>() < 1e-12);

        static Tensor Value(Tensor first, Tensor second) => NtXent.Of(first, second, 0.2).Value;
    }

    [Fact]
    public void A_single_image_has_nothing_to_be_told_apart_from()
    {
        using var scope = NewDisposeScope();
        var view = ones(1, 4, requires_grad: true);
        using var loss = NtXent.Of(view, full(1, 4, 2f));
        loss.Value.backward();
        Assert.Equal(0, loss.Value.item<float>());
        Assert.Equal(0, view.grad!.abs().max().item<float>());
    }

    [Fact]
    public void Half_precision_is_raised_under_autocast_too()
    {
        using var scope = NewDisposeScope();
        var (first, second) = Pair();
        var half = (First: first.to(ScalarType.BFloat16), Second: second.to(ScalarType.BFloat16));
        using var expected = NtXent.Of(half.First.to(ScalarType.Float32), half.Second.to(ScalarType.Float32), 0.1);
        using (Autocast.IsSupported ? Autocast.ToBFloat16(CPU) : null)
        {
            using var loss = NtXent.Of(half.First, half.Second, 0.1);
            Assert.Equal(ScalarType.Float32, loss.Value.dtype);
            Assert.Equal(expected.Value.item<float>(), loss.Value.item<float>());
        }
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentOutOfRangeException>(() => NtXent.Of(eye(3), eye(3), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => NtXent.Of(eye(3), eye(3), double.NaN));
        Assert.Contains("(3, 3)", Assert.Throws<ArgumentException>(() => NtXent.Of(eye(3), ones(1, 3))).Message);
    }

    private static (Tensor First, Tensor Second) Pair()
    {
        var first = ReferenceVectors.Fill(1, 8, 16);
        return (first, first.mul(3).add(ReferenceVectors.Fill(2, 8, 16)).div(4));
    }
}
