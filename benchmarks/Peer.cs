using System.Diagnostics;
using System.Globalization;

namespace SelfSup.Benchmarks;

/// <summary>A Python process with PyTorch, torchvision and Pillow that measures the same on request.</summary>
internal sealed class Peer : IDisposable
{
    private static readonly (string Name, string Value)[] Tuning =
    [
        ("MALLOC_MMAP_THRESHOLD_", "33554432"), ("MALLOC_TRIM_THRESHOLD_", "2147483647"), ("GOMP_SPINCOUNT", "1000"),
    ];

    private readonly string python;
    private readonly Process process;

    private Peer(string python, Process process, string versions) => (this.python, this.process, Versions) = (python, process, versions);

    /// <summary>Versions of what the peer runs on.</summary>
    public string Versions { get; }

    /// <summary>Starts the peer; null where Python or one of the packages is missing.</summary>
    /// <param name="python">The Python to run.</param>
    /// <param name="tuned">Whether it gets, by environment variables, what <see cref="Runtime.TorchRuntime.TuneForTraining"/> sets here.</param>
    public static Peer? Start(string python, bool tuned = false)
    {
        try
        {
            var start = new ProcessStartInfo(python, [Path.Combine(AppContext.BaseDirectory, "peer.py")])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            };
            foreach (var (name, value) in tuned ? Tuning : [])
                start.Environment[name] = value;
            var process = Process.Start(start)!;
            if (Ask(process, "versions") is { } versions)
                return new Peer(python, process, versions);
            process.Dispose();
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or IOException)
        {
            // No such program, or one that ended at once.
        }
        return null;
    }

    /// <summary>Starts the same in a process of its own, which no earlier request has warmed.</summary>
    public Peer Another(bool tuned) => Start(python, tuned) ?? throw new InvalidOperationException($"{python} does not start again.");

    /// <summary>Measures once.</summary>
    /// <returns>Images a second.</returns>
    public double Measure(params string[] request) => double.Parse(
        Ask(process, request) ?? throw new InvalidOperationException($"The peer failed at: {string.Join(' ', request)}."), CultureInfo.InvariantCulture);

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }

    private static string? Ask(Process process, params string[] request)
    {
        process.StandardInput.WriteLine(string.Join('\t', request));
        process.StandardInput.Flush();
        return process.StandardOutput.ReadLine();
    }
}
