using System.Runtime.InteropServices;
using SelfSup.Encoders;
using static TorchSharp.torch;

namespace SelfSup.Tests.Runtime;

public class ScalarLifetimeTests
{
    [KeptFact]
    public void NumbersOutliveTheCallsThatReadThem()
    {
        using var encoder = new ConvNet(16); // loads libtorch as programs do
        using var done = new ManualResetEventSlim();
        var collector = new Thread(() =>
        {
            while (!done.IsSet)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ =>
            {
                using var factor = ones(4);
                for (var i = 1; i <= 20_000; i++)
                {
                    using var product = factor.mul(i + 0.5);
                    Assert.Equal(i + 0.5f, product.data<float>()[0]);
                }
            });
        }
        finally
        {
            done.Set();
            collector.Join();
        }
    }

    /// <summary>A test of what is done on Linux and Windows for x64 alone.</summary>
    private sealed class KeptFactAttribute : FactAttribute
    {
        public KeptFactAttribute()
        {
            if (!(OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
                || RuntimeInformation.ProcessArchitecture != System.Runtime.InteropServices.Architecture.X64)
                Skip = "TorchSharp's numbers are kept alive on Linux and Windows for x64 alone.";
        }
    }
}
