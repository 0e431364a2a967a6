using System.Diagnostics;
using System.Runtime.InteropServices;
using TorchSharp;

namespace SelfSup.Benchmarks;

/// <summary>What the figures were measured on.</summary>
internal static class Machine
{
    public static string Describe()
    {
        var gpu = torch.cuda.is_available() ? $" CUDA, {torch.cuda.device_count()} device(s)." : "";
        return $"{Processor()}, {Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription}; .NET {Environment.Version}, "
            + $"TorchSharp {Version(typeof(torch))}, libtorch {torch.__version__}, {torch.get_num_threads()} threads.{gpu}";
    }

    public static double PeakMegabytes() => Process.GetCurrentProcess().PeakWorkingSet64 / 1e6;

    private static string Version(Type type) => type.Assembly.GetName().Version!.ToString(3);

    private static string Processor()
    {
        const string cpuInfo = "/proc/cpuinfo", key = "model name";
        var line = File.Exists(cpuInfo) ? File.ReadLines(cpuInfo).FirstOrDefault(text => text.StartsWith(key)) : null;
        return line?[(line.IndexOf(':') + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
