using SelfSup.Runtime;

namespace SelfSup.Tests.Runtime;

/// <summary>libtorch's switches are found under their mangled names, on Linux and macOS.</summary>
public class TorchContextTests
{
    [Fact]
    public void A_thread_can_choose_its_GPU() => Assert.Equal(!OperatingSystem.IsWindows(), TorchContext.ChoosesDevices);

    [Fact]
    public void Unknown_switches_are_no_switches() => Assert.False(TorchContext.Set("7unknownEb", false));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Deterministic_algorithms_are_asked_for_and_no_longer(bool strict)
    {
        Assert.False(TorchContext.IsDeterministic);
        try
        {
            Assert.Equal(!OperatingSystem.IsWindows(), TorchRuntime.UseDeterministicAlgorithms(strict));
            Assert.Equal(!OperatingSystem.IsWindows(), TorchContext.IsDeterministic);
            Assert.Equal(!OperatingSystem.IsWindows() && !strict, TorchContext.OnlyWarns);
        }
        finally
        {
            TorchContext.SetDeterministic(false, warnOnly: false);
        }
        Assert.False(TorchContext.IsDeterministic);
    }
}
