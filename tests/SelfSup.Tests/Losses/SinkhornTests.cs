using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup.Tests.Losses;

public class SinkhornTests
{
    [ReferenceFact]
    public void Codes_are_those_of_SwAV()
    {
        using var scope = NewDisposeScope();
        var scores = ReferenceVectors.Fill(10, 8, 6).div(2);
        foreach (var entry in ReferenceVectors.Get("sinkhorn", "cases").EnumerateArray())
        {
            var (epsilon, iterations) = (entry.GetProperty("epsilon").GetDouble(), entry.GetProperty("iterations").GetInt32());
            ReferenceAssert.Near(entry.GetProperty("codes"), Sinkhorn.Codes(scores, epsilon, iterations), 1e-10);
            ReferenceAssert.Near(entry.GetProperty("codes"), Sinkhorn.Codes(scores.to(ScalarType.Float32), epsilon, iterations), 1e-4);
        }
    }

    [Fact]
    public void Images_are_spread_evenly_over_all_prototypes()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(1);
        var codes = Sinkhorn.Codes(random.Normal(12, 4).div(10), iterations: 100);
        Assert.True(codes.sum(1).allclose(ones(12), 1e-4, 1e-4));
        Assert.True(codes.sum([0L]).allclose(ones(4).mul(3), 1e-2, 1e-2));
    }

    [Fact]
    public void A_constant_added_to_all_scores_changes_nothing_and_one_image_belongs_to_all_prototypes()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(1);
        var scores = random.Normal(6, 4).to(ScalarType.Float64);
        Assert.True(Sinkhorn.Codes(scores.add(3)).allclose(Sinkhorn.Codes(scores), 1e-9, 1e-9));
        Assert.True(Sinkhorn.Codes(scores.narrow(0, 0, 1)).allclose(ones(1, 4, float64).div(4), 1e-9, 1e-9));
        Assert.True(Sinkhorn.Codes(zeros(3, 5)).allclose(ones(3, 5).div(5), 1e-6, 1e-6));
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Scores_of_any_size_give_finite_codes_without_a_gradient(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(1);
        var scores = random.Normal(6, 4).mul(1000).to(type).requires_grad_();
        var codes = Sinkhorn.Codes(scores);
        Assert.True(codes.isfinite().all().item<bool>());
        Assert.False(codes.requires_grad);
        Assert.Equal(ScalarType.Float32, codes.dtype);
    }

    [Fact]
    public void Numbers_out_of_their_range_are_refused()
    {
        using var scores = zeros(2, 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => Sinkhorn.Codes(scores, epsilon: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sinkhorn.Codes(scores, iterations: 0));
    }
}
