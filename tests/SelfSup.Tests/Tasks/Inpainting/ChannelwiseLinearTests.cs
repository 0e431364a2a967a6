using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class ChannelwiseLinearTests
{
    private const int Channels = 3;
    private const int Side = 4;

    [Fact]
    public void HasAMatrixAChannel()
    {
        using var layer = new ChannelwiseLinear(Channels, Side);
        Assert.Equal(Channels * Side * Side * Side * Side + Channels * Side * Side, layer.parameters().Sum(parameter => parameter.numel()));
    }

    [Fact]
    public void AChannelDependsOnEveryPlaceOfItselfAndOnNoOtherChannel()
    {
        using var scope = NewDisposeScope();
        using var layer = new ChannelwiseLinear(Channels, Side);
        using var random = new RandomSource(1);
        for (var c = 0; c < Channels; c++)
        {
            for (var place = 0; place < Side * Side; place++)
            {
                var input = random.Uniform(2, Channels, Side, Side).requires_grad_();
                layer.forward(input)[1, c].flatten()[place].backward();
                var gradient = input.grad!;
                Assert.True(gradient[1, c].ne(0).all().item<bool>());
                Assert.Equal(Side * Side, gradient.ne(0).sum().item<long>());
            }
        }
    }

    [Fact]
    public void IsTheMatrixTimesTheFlatMapPlusTheBias()
    {
        using var scope = NewDisposeScope();
        using var layer = new ChannelwiseLinear(Channels, Side);
        using var random = new RandomSource(1);
        var input = random.Uniform(2, Channels, Side, Side);
        using (no_grad())
            layer.get_parameter("bias")!.fill_(0.5);
        var expected = einsum("ncq,cpq->ncp", input.flatten(2), layer.get_parameter("weight")!).add(0.5).view_as(input);
        Assert.True(layer.forward(input).allclose(expected, atol: 1e-5));
    }
}
