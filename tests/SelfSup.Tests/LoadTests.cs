using TorchSharp;

namespace SelfSup.Tests;

public class LoadTests
{
    [Fact]
    public void TorchLoadsWithNothingSetByHand()
    {
        System.Runtime.CompilerServices.RuntimeHelpers.RunModuleConstructor(typeof(SelfSup.Encoder).Module.ModuleHandle);
        using var sum = torch.ones(3).sum();
        Assert.Equal(3f, sum.item<float>());
    }
}
