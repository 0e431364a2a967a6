using SelfSup.Files;

namespace SelfSup.Tests.Contracts;

/// <summary>What must hold of any task on any encoder.</summary>
internal static class TrainingContract
{
    public static void LossFalls(ContractRun run)
    {
        var first = run.Steps(3).Average();
        run.Steps(24);
        var last = run.Steps(3).Average();
        Assert.True(double.IsFinite(last) && last < 0.9 * first, $"{first} -> {last}");
    }

    public static void SameSeedSameLosses(ContractRun first, ContractRun second, ContractRun other)
    {
        var losses = first.Steps(4);
        Assert.Equal(losses, second.Steps(4));
        Assert.NotEqual(losses, other.Steps(4));
    }

    public static void LiveTensorsStayConstant(ContractRun run)
    {
        run.Steps(3);
        Assert.Equal(LiveTensors.Count(), LiveTensors.CountAfter(() => run.Steps(50)));
    }

    public static void SavedAndLoadedItGoesOn(ContractRun run, ContractRun restored)
    {
        using var folder = new TemporaryFolder();
        run.Steps(3);
        SafetensorsFile.Write(folder["state.safetensors"], run.Step.State(), new Dictionary<string, string>());
        using (var file = SafetensorsFile.Read(folder["state.safetensors"]))
            ModuleState.Copy(file.Tensors, restored.Step.State());
        restored.Continue(run);
        Assert.Equal(run.Steps(3), restored.Steps(3));
    }
}
