namespace SelfSup.Usage.Tests;

/// <summary>The steps of tests/GpuCheck that need no GPU. What they find wrong stands in the message.</summary>
public class GpuCheckTests
{
    [Fact]
    public void LibtorchHasEverySymbolAndEveryTaskItsStoredLosses()
    {
        var (output, error, exitCode) = BuiltProgram.Run("tests/GpuCheck", "--device", "cpu", "--only", "symbols,stored-losses,basics");
        Assert.True(exitCode == 0, output + error);
        Assert.EndsWith("3 passed, 0 failed, 0 skipped", output.TrimEnd());
    }
}
