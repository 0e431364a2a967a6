using SelfSup.Encoders;
using SelfSup.Tasks;
using SelfSup.Tests.Encoders;

namespace SelfSup.Tests.Contracts;

/// <summary>What every encoder of the catalog must do when a task trains it. Its gradients are tested beside its shapes.</summary>
public class EveryEncoderTests
{
    private const int UsualSteps = 16;
    private const double UsualRate = 0.01;

    // Without norms they learn slowly.
    private static readonly Dictionary<string, (int Steps, double Rate)> slow = new() { ["alexnet"] = (28, 0.02) };

    public static TheoryData<string> Names => [.. QuickEncoders.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void LossFallsOnATinySetAndMemoryDoesNotGrow(string name)
    {
        using var run = NewRun(name);
        TrainingContract.LossFalls(run, Pace(name).Steps, share: 0.5);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheSameSeedGivesTheSameLossesBitForBit(string name)
    {
        using ContractRun first = NewRun(name), second = NewRun(name), other = NewRun(name, seed: 5);
        TrainingContract.SameSeedSameLosses(first, second, other);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void SavedAndLoadedItGoesOnWithTheSameLosses(string name)
    {
        using ContractRun run = NewRun(name), restored = NewRun(name, seed: 9);
        TrainingContract.SavedAndLoadedItGoesOn(run, restored);
    }

    private static ContractRun NewRun(string name, int seed = 0)
    {
        var encoder = EncoderCatalog.Create(name, 16, seed);
        return new(encoder.TakesClips ? new VideoRotationTask() : new RotationTask(), encoder, count: 1, seed, Pace(name).Rate);
    }

    private static (int Steps, double Rate) Pace(string name) => slow.GetValueOrDefault(name, (UsualSteps, UsualRate));
}
