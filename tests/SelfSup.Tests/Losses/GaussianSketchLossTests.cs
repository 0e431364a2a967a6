using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup.Tests.Losses;

public class GaussianSketchLossTests
{
    /// <summary>The integral of the squared difference of characteristic functions, written out.</summary>
    [Fact]
    public void The_value_is_the_formula_computed_point_by_point()
    {
        using var scope = NewDisposeScope();
        Tensor features = ReferenceVectors.Fill(1, 8, 4), directions = nn.functional.normalize(ReferenceVectors.Fill(2, 4, 3), dim: 0);
        var sketch = features.mm(directions);
        var expected = Enumerable.Range(0, 3).Average(k => Statistic([.. Enumerable.Range(0, 8).Select(n => sketch[n, k].item<double>())]));
        Assert.Equal(expected, GaussianSketchLoss.Of(features, directions).item<double>(), 1e-5);
        Assert.Equal(expected, GaussianSketchLoss.Of(features.to(ScalarType.Float32), directions.to(ScalarType.Float32)).item<float>(), 1e-4);

        static double Statistic(double[] values)
        {
            double sum = 0, spacing = 3.0 / 16;
            for (var i = -16; i <= 16; i++)
            {
                double t = i * spacing, phi = Math.Exp(-t * t / 2);
                double real = values.Average(x => Math.Cos(t * x)) - phi, imaginary = values.Average(x => Math.Sin(t * x));
                sum += (real * real + imaginary * imaginary) * phi * spacing * (Math.Abs(i) == 16 ? 0.5 : 1);
            }
            return values.Length * sum;
        }
    }

    [Fact]
    public void Normal_features_cost_little_and_others_more_the_more_there_are()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(5);
        var directions = GaussianSketchLoss.Directions(8, 64, random);
        Tensor few = random.Normal(200, 8), many = random.Normal(2000, 8);
        double normal = Of(few), ofMany = Of(many);
        Assert.InRange(normal, 0, 2);
        Assert.InRange(ofMany, 0, 2);
        // Of another size, off the center, and all features the same.
        foreach (var change in new Func<Tensor, Tensor>[] { x => x.mul(3), x => x.mul(0.2), x => x.add(1), x => x.narrow(1, 0, 1).expand(-1, 8) })
        {
            Assert.True(Of(change(few)) > 3 * normal);
            Assert.True(Of(change(many)) > 4 * Of(change(few)));
        }

        double Of(Tensor features) => GaussianSketchLoss.Of(features, directions).item<float>();
    }

    [Fact]
    public void A_step_against_the_gradient_spreads_features_that_are_too_close()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(5);
        var directions = GaussianSketchLoss.Directions(4, 32, random);
        var close = random.Normal(16, 4).mul(0.1).requires_grad_();
        GaussianSketchLoss.Of(close, directions).backward();
        using var noGrad = no_grad();
        var moved = close.sub(close.grad!.mul(0.1));
        Assert.True(moved.std(0, unbiased: false).mean().item<float>() > close.std(0, unbiased: false).mean().item<float>());
    }

    [Fact]
    public void Directions_have_length_one_and_come_from_the_source()
    {
        using var scope = NewDisposeScope();
        using RandomSource one = new(3), same = new(3), other = new(4);
        var directions = GaussianSketchLoss.Directions(5, 7, one);
        Assert.Equal([5L, 7], directions.shape);
        Assert.True(directions.norm(0).sub(1).abs().max().item<float>() < 1e-5);
        Assert.True(directions.Equals(GaussianSketchLoss.Directions(5, 7, same)));
        Assert.False(directions.Equals(GaussianSketchLoss.Directions(5, 7, other)));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("at least two images", Assert.Throws<ArgumentException>(() => GaussianSketchLoss.Of(ones(1, 3), ones(3, 2))).Message);
        Assert.Contains("(3, K), not (2, 2)", Assert.Throws<ArgumentException>(() => GaussianSketchLoss.Of(ones(4, 3), ones(2, 2))).Message);
    }
}
