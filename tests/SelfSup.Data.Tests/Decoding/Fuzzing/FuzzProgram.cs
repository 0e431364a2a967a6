using System.Diagnostics;

namespace SelfSup.Data.Tests.Decoding.Fuzzing;

/// <summary>
/// The process in which the long fuzz runs, so that a crash of a native decoder is seen and does not end the tests. It writes the number of
/// every mutant before it decodes it, then the outcomes and the most memory that it has had.
/// </summary>
internal static class FuzzProgram
{
    public const string OutcomePrefix = "outcome ", MemoryPrefix = "memory ";

    /// <summary>Arguments: the first mutant, the number of mutants, and a folder of photographs if there is one.</summary>
    public static int Main(string[] args)
    {
        var (first, count) = (int.Parse(args[0]), int.Parse(args[1]));
        var seeds = FuzzSeeds.Drawn();
        if (args.Length > 2)
            seeds = [.. seeds, .. FuzzSeeds.FromPhotos(args[2], 12)];
        var fuzz = new DecoderFuzz(seeds);
        for (var number = first; number < first + count; number++)
        {
            Console.WriteLine(number);
            try
            {
                fuzz.Try(number);
            }
            catch (InvalidOperationException e)
            {
                Console.Error.WriteLine(e.Message);
                return 1;
            }
        }
        foreach (var (outcome, mutants) in fuzz.Outcomes)
            Console.WriteLine($"{OutcomePrefix}{mutants} {outcome}");
        using var process = Process.GetCurrentProcess();
        Console.WriteLine($"{MemoryPrefix}{process.PeakWorkingSet64}");
        return 0;
    }
}
