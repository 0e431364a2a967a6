using SelfSup.Runtime;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Comparisons;

/// <summary>Settings of a comparison. Every default is usable.</summary>
public sealed record ComparisonOptions
{
    /// <summary>Time for the whole comparison, above zero; the candidates that learn share what judging leaves. The default is 20 minutes.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>
    /// How often the labeled images are dealt anew into ten parts, each of which is tested on once by what the others teach, at least 1. So
    /// nine tenths of the labels judge what all of them will serve. The default is 3.
    /// </summary>
    public int Repetitions { get; init; } = 3;

    /// <summary>Decides the parts and the training. The default is 0.</summary>
    public int Seed { get; init; }

    /// <summary>Where the networks run. The default, null, is CUDA when present, else the CPU.</summary>
    public Device? Device { get; init; }

    /// <summary>In which precision they train. The default, null, is bfloat16 where it pays.</summary>
    public Precision? Precision { get; init; }

    /// <summary>Threads that read images, at least 1. The default is the number of processors.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    internal void Validate()
    {
        this.Require(Time > TimeSpan.Zero, Time, "above zero");
        this.Require(Repetitions >= 1, Repetitions, "at least 1");
        this.Require(Workers >= 1, Workers, "at least 1");
    }
}
