using SelfSup.Files;

namespace SelfSup.Tests.Contracts;

/// <summary>What must hold of any task on any encoder.</summary>
internal static class TrainingContract
{
    /// <summary>The loss falls, and no tensor is left behind on the way.</summary>
    /// <param name="run">The run.</param>
    /// <param name="steps">How many steps it is given, more than six.</param>
    /// <param name="share">The share of the first steps' loss that the last ones stay below.</param>
    public static void LossFalls(ContractRun run, int steps, double share)
    {
        var first = run.Steps(3).Average();
        var last = double.NaN;
        Assert.Equal(LiveTensors.Count(), LiveTensors.CountAfter(() =>
        {
            run.Steps(steps - 6);
            last = run.Steps(3).Average();
        }));
        Assert.True(double.IsFinite(last) && last < share * first, $"{first} -> {last}");
    }

    public static void SameSeedSameLosses(ContractRun first, ContractRun second, ContractRun other)
    {
        var losses = first.Steps(3);
        Assert.Equal(losses, second.Steps(3));
        Assert.NotEqual(losses[..1], other.Steps(1));
    }

    public static void SavedAndLoadedItGoesOn(ContractRun run, ContractRun restored)
    {
        using var folder = new TemporaryFolder();
        run.Steps(2);
        SafetensorsFile.Write(folder["state.safetensors"], run.Step.State(), new Dictionary<string, string>());
        using (var file = SafetensorsFile.Read(folder["state.safetensors"]))
            ModuleState.Copy(file.Tensors, restored.Step.State());
        restored.Continue(run);
        Assert.Equal(run.Steps(2), restored.Steps(2));
    }
}
