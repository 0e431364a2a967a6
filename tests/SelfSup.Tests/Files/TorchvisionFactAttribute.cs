using System.ComponentModel;
using System.Diagnostics;

namespace SelfSup.Tests.Files;

/// <summary>A test that needs Python with PyTorch and torchvision.</summary>
internal sealed class TorchvisionFactAttribute : FactAttribute
{
    public const string Python = "/usr/bin/python3";

    // Looks for the packages without loading them, which takes seconds.
    private const string Question =
        "import importlib.util, sys; sys.exit(not all(importlib.util.find_spec(name) for name in ('torch', 'torchvision')))";

    private static readonly Lazy<bool> IsAvailable = new(() =>
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(Python, ["-c", Question]) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    });

    public TorchvisionFactAttribute()
    {
        if (!IsAvailable.Value)
            Skip = $"{Python} has no PyTorch and torchvision (python3-torch and python3-torchvision on Debian).";
    }
}
