using System.Text.Json.Nodes;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.GpuCheck.Steps;

/// <summary>The first step of every task on the CPU in float32 against the same step on a device: batches, losses, gradient norms.</summary>
internal static class TaskComparison
{
    private const double Least = 0.1; // below it, differences count by themselves
    private const double GrayLevelTolerance = 0.02;

    // The instruction sets of one processor agree to 1e-6 in the first losses; TF32 has ten bits of float32's 23.
    public static void RunInFloat32(CheckSettings settings, Findings findings) =>
        Run(CheckedDevice.Of(settings), Precision.Float32, lossTolerance: 1e-4, normTolerance: 5e-4, findings);

    // On CPUs the losses move by up to 3e-3, the norms by up to 9e-3.
    public static void RunInBFloat16(CheckSettings settings, Findings findings)
    {
        if (!SelfSup.Runtime.Autocast.IsSupported)
            throw new SkippedException("autocast to bfloat16 is not reached on this platform");
        Run(CheckedDevice.Of(settings), Precision.BFloat16, lossTolerance: 2e-2, normTolerance: 5e-2, findings);
    }

    /// <summary>Compares all tasks.</summary>
    /// <param name="device">The other device.</param>
    /// <param name="precision">The precision on it.</param>
    /// <param name="lossTolerance">How much a loss may differ, as a share.</param>
    /// <param name="normTolerance">How much the norm of a gradient may differ, as a share.</param>
    /// <param name="findings">Where the differences go.</param>
    private static void Run(Device device, Precision precision, double lossTolerance, double normTolerance, Findings findings)
    {
        var tasks = new JsonObject();
        foreach (var name in TaskCatalog.Names)
        {
            findings.Try(name, () =>
            {
                using TaskTrial expected = new(name, CPU, Precision.Float32), found = new(name, device, precision);
                expected.TurnOffDropout();
                found.TurnOffDropout();
                var inputs = DifferenceOfBatches(name, expected, found, findings);
                var (first, second) = (expected.Step(), found.Step());
                tasks[name] = new JsonObject
                {
                    ["inputs"] = Findings.Number(inputs),
                    ["loss"] = Findings.Number(Largest(name, "/loss", lossTolerance, first, second, findings)),
                    ["gradient_norm"] = Findings.Number(Largest(name, "/gradient_norm", normTolerance, first, second, findings)),
                };
            });
        }
        findings.Add("differences", tasks);
    }

    /// <summary>Mean difference of what the encoder gets to see, in gray levels; rounding may be otherwise here and there.</summary>
    private static double DifferenceOfBatches(string name, TaskTrial expected, TaskTrial found, Findings findings)
    {
        using var scope = NewDisposeScope();
        using PretextBatch first = expected.Generate(), second = found.Generate();
        var difference = first.Views.Zip(second.Views).Max(pair =>
            pair.Second.cpu().to(ScalarType.Float32).sub(pair.First.to(ScalarType.Float32)).abs().mean().item<float>());
        findings.Require(difference <= GrayLevelTolerance, $"the inputs of {name} differ by {difference:G3} gray levels");
        findings.Require(first.HasTargets == second.HasTargets, $"{name} has targets on one device");
        if (first.HasTargets && first.Targets.dtype == ScalarType.Int64)
            findings.Require(second.Targets.cpu().Equals(first.Targets), $"the labels of {name} differ");
        return difference;
    }

    private static double Largest(
        string name, string ending, double tolerance, Dictionary<string, double> expected, Dictionary<string, double> found, Findings findings)
    {
        var largest = expected.Where(pair => pair.Key.EndsWith(ending, StringComparison.Ordinal))
            .Max(pair => Math.Abs(pair.Value - found[pair.Key]) / Math.Max(Math.Abs(pair.Value), Least));
        findings.Require(largest <= tolerance, $"{ending[1..]} of {name} differs by {largest:G3}, more than {tolerance}");
        return largest;
    }
}
