using System.Diagnostics;
using Xunit.Abstractions;

namespace SelfSup.Data.Tests.Decoding.Fuzzing;

/// <summary>Mutants of image files are decoded whole or refused with a reason, whatever is wrong with them.</summary>
public class DecoderFuzzTests(ITestOutputHelper output)
{
    private const int QuickMutants = 600;

    [Fact]
    public void Seeds_are_whole()
    {
        var pixels = new byte[3 * DecoderFuzz.Size * DecoderFuzz.Size];
        foreach (var seed in FuzzSeeds.Drawn())
        {
            foreach (var decoder in new[] { SkiaImageDecoder.Default, IImageDecoder.Default })
                decoder.Decode(seed.Bytes, DecoderFuzz.Size, pixels);
        }
    }

    [Fact]
    public void Mutants_are_decoded_whole_or_refused_with_a_reason()
    {
        var fuzz = new DecoderFuzz(FuzzSeeds.Drawn());
        for (var number = 0; number < QuickMutants; number++)
            fuzz.Try(number);
        var decoded = fuzz.Outcomes.Where(outcome => outcome.Key.EndsWith(": decoded")).Sum(outcome => outcome.Value);
        Assert.InRange(decoded, QuickMutants / 10, QuickMutants * 9 / 10);
    }

    /// <summary>
    /// As many mutants as SELFSUP_FUZZ_MUTANTS says, in a process of their own; of photographs too, if SELFSUP_FUZZ_PHOTOS names a folder.
    /// </summary>
    [LongFuzzFact]
    public void Long_fuzz()
    {
        const long memoryLimit = 1L << 30;
        string[] arguments = [typeof(FuzzProgram).Assembly.Location, "0", LongFuzzFactAttribute.Mutants!];
        if (Environment.GetEnvironmentVariable("SELFSUP_FUZZ_PHOTOS") is { Length: > 0 } photos)
            arguments = [.. arguments, photos];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var last = "none";
        var peak = 0L;
        while (ReadLine(process, last) is { } line)
        {
            if (line.StartsWith(FuzzProgram.OutcomePrefix))
                output.WriteLine(line[FuzzProgram.OutcomePrefix.Length..]);
            else if (line.StartsWith(FuzzProgram.MemoryPrefix))
                peak = long.Parse(line[FuzzProgram.MemoryPrefix.Length..]);
            else
                last = line;
        }
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"mutant {last} ended the process with code {process.ExitCode}: {errors.Result}");
        output.WriteLine($"memory at most {peak >> 20} MB");
        Assert.InRange(peak, 1, memoryLimit);
    }

    private static string? ReadLine(Process process, string last)
    {
        var line = process.StandardOutput.ReadLineAsync();
        if (line.Wait(TimeSpan.FromMinutes(10)))
            return line.Result;
        process.Kill();
        throw new TimeoutException($"The decoder hangs on mutant {last}.");
    }
}

/// <summary>A test that is skipped unless a number of mutants is asked for.</summary>
internal sealed class LongFuzzFactAttribute : FactAttribute
{
    public LongFuzzFactAttribute()
    {
        if (Mutants is null)
            Skip = "Set SELFSUP_FUZZ_MUTANTS to a number, such as 20000.";
    }

    public static string? Mutants => Environment.GetEnvironmentVariable("SELFSUP_FUZZ_MUTANTS") is { Length: > 0 } mutants ? mutants : null;
}
