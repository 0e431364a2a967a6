using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class EmbeddingSpreadTests
{
    [Fact]
    public void It_is_one_for_directions_that_are_filled_and_zero_for_equal_ones()
    {
        using var scope = NewDisposeScope();
        var rows = new RandomSource(1).Normal(4000, 16);
        Assert.Equal(1, EmbeddingSpread.Of(rows).item<float>(), 0.02);
        Assert.Equal(1, EmbeddingSpread.Of(rows.mul(1000)).item<float>(), 0.02);
        Assert.Equal(0, EmbeddingSpread.Of(ones(8, 16)).item<float>(), 1e-5);
    }
}
