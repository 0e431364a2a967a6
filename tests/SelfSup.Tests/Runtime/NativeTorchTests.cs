using SelfSup.Runtime;
using TorchSharp;

namespace SelfSup.Tests.Runtime;

public class NativeTorchTests
{
    [Fact]
    public void TorchLoadsWithNothingSetByHand()
    {
        SelfSup.Runtime.NativeTorch.EnsureLoaded();
        using var sum = torch.ones(3).sum();
        Assert.Equal(3f, sum.item<float>());
    }

    [Fact]
    public void CudaThatIsAbsentIsAClearError()
    {
        if (torch.cuda.is_available())
            Assert.Equal(DeviceType.CUDA, Devices.Resolve().type);
        else
            Assert.Contains("CUDA", Assert.Throws<InvalidOperationException>(() => Devices.Resolve(torch.CUDA)).Message);
    }
}
