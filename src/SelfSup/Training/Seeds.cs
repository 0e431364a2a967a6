using SelfSup.Distributed;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>
/// One random source for every purpose and step, seeded by a hash of both: a run resumed at a step draws what it would have drawn.
/// </summary>
internal static class Seeds
{
    public const int Augmentation = 1;
    public const int Task = 2;
    public const int Dropout = 3;
    public const int Preview = 4;
    public const int HeldOut = 5;
    public const int HeldOutViews = 6;
    public const int PreviewViews = 7;
    public const int Epoch = 8;
    public const int NewLayers = 9;

    /// <summary>More than there are purposes; a multiple of it added to a purpose is another stream for the same.</summary>
    public const int Purposes = 100;

    /// <summary>Mixes a seed, a step and a purpose into 63 bits (the finalizer of SplitMix64).</summary>
    public static long Mix(int seed, long step, int purpose)
    {
        var mixed = unchecked((ulong)seed * 0x9E3779B97F4A7C15 + (ulong)step * 0xBF58476D1CE4E5B9 + (ulong)purpose * 0x94D049BB133111EB);
        mixed = unchecked((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9);
        mixed = unchecked((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB);
        return (long)((mixed ^ (mixed >> 31)) >> 1);
    }

    /// <param name="device">Where the draws go.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="step">The step.</param>
    /// <param name="purpose">The purpose.</param>
    /// <param name="share">The images of a batch that the draws are for; by default all.</param>
    public static RandomSource NewRandom(Device device, int seed, long step, int purpose, BatchShare share = default) =>
        new((ulong)Mix(seed, step, purpose), device, share);

    /// <summary>
    /// Seeds the process-wide generators, which dropout and TorchSharp's own initialization draw from: libtorch has one for every device.
    /// </summary>
    public static void SeedProcess(Device device, long seed)
    {
        manual_seed(seed);
        if (device.type == TorchSharp.DeviceType.CUDA)
            cuda.manual_seed_all(seed);
    }
}
