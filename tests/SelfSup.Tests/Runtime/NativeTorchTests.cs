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

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(-1, 1)]
    public void A_CUDA_device_that_is_there_passes(int index, int count) => Devices.CheckCuda(index, count);

    [Theory]
    [InlineData(1, 1, "cuda:1", "one CUDA device, cuda:0")]
    [InlineData(4, 2, "cuda:4", "2 CUDA devices, cuda:0 to cuda:1")]
    [InlineData(0, 0, "CUDA", "no CUDA device")]
    public void A_CUDA_device_that_is_absent_is_named_with_those_that_are_there(int index, int count, string asked, string found)
    {
        var message = Assert.Throws<InvalidOperationException>(() => Devices.CheckCuda(index, count)).Message;
        Assert.Contains(asked, message);
        Assert.Contains(found, message);
    }
}
