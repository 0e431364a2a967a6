using static TorchSharp.torch;

namespace SelfSup.Tests.Runtime;

public class RandomSourceTests
{
    [Fact]
    public void The_same_seed_gives_the_same_numbers_and_another_others()
    {
        using var scope = NewDisposeScope();
        using RandomSource first = new(7), second = new(7), other = new(8);
        Assert.True(first.Uniform(100).Equals(second.Uniform(100)));
        Assert.True(first.Normal(4, 25).Equals(second.Normal(4, 25)));
        Assert.True(first.Integers(1000, 100).Equals(second.Integers(1000, 100)));
        Assert.True(first.Permutation(100).Equals(second.Permutation(100)));
        Assert.False(first.Uniform(100).Equals(other.Uniform(100)));
    }

    [Fact]
    public void Numbers_fill_their_ranges_evenly()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(1);
        const int count = 100_000;
        var uniform = random.Uniform(count);
        Assert.True(uniform.min().item<float>() >= 0 && uniform.max().item<float>() < 1);
        Assert.Equal(0.5, uniform.mean().item<float>(), 0.005);
        var normal = random.Normal(count);
        Assert.Equal(0, normal.mean().item<float>(), 0.015);
        Assert.Equal(1, normal.std().item<float>(), 0.015);
        var counts = random.Integers(5, count).bincount(null, 5);
        Assert.Equal(5, counts.shape[0]);
        Assert.All(counts.data<long>().ToArray(), drawn => Assert.InRange(drawn, 19_500, 20_500));
        Assert.Equal(0.3, random.Chance(0.3, count).to(ScalarType.Float32).mean().item<float>(), 0.01);
    }

    [Fact]
    public void A_permutation_has_every_number_once()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(1);
        var order = random.Permutation(50).data<long>().ToArray();
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), order.Order());
        Assert.NotEqual(order.Order(), order);
    }

    [Fact]
    public void Chances_of_none_and_of_one_are_certain()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(1);
        Assert.False(random.Chance(0, 1000).any().item<bool>());
        Assert.True(random.Chance(1, 1000).all().item<bool>());
    }
}
