namespace SelfSup.Distributed.Tests;

/// <summary>Every rank of a machine takes a GPU that nobody else has, as long as there are enough.</summary>
public class VisibleGpuTests
{
    [Theory]
    [InlineData(0, null, 4, "0")]
    [InlineData(3, null, 4, "3")]
    [InlineData(5, null, 4, "1")] // more ranks than GPUs
    [InlineData(1, "2,5", 8, "5")] // those that the launcher allows
    [InlineData(1, "GPU-8932, GPU-a1b2", 8, "GPU-a1b2")]
    [InlineData(1, "6", 8, null)] // it chose for this rank
    [InlineData(0, "", 8, null)] // it allows none
    [InlineData(1, null, 1, null)]
    [InlineData(1, null, 0, null)]
    public void ARankTakesItsOwn(int localRank, string? visible, int present, string? expected) =>
        Assert.Equal(expected, VisibleGpu.Of(localRank, visible, present));
}
