using SelfSup.Testing;

namespace SelfSup.Tests.Contracts;

/// <summary>What every task of the catalog must do, whatever it is.</summary>
public class EveryTaskTests
{
    private const int UsualSteps = 20;
    private const double UsualShare = 0.5;

    // Tasks that learn slowly, and tasks whose loss has a floor above 0: the entropy of soft targets, or an even fight.
    private static readonly Dictionary<string, (int Steps, double Share)> slow = new()
    {
        ["jigsaw"] = (30, UsualShare),
        ["relative-patch"] = (30, UsualShare),
        ["colorization"] = (30, 0.8),
        ["colorization-regression"] = (30, 0.7),
        ["split-brain"] = (30, 0.8),
        ["swav"] = (40, 0.85),
        ["dino"] = (40, 0.9),
        ["simmim"] = (30, 0.8),
        ["videogan"] = (30, 0.75),

        // A queue fills with keys of the very images that are learned from: of 64 every fourth is no worse than the right one, so that the
        // loss rises to log(17). Where all were alike it would be log(65), beyond this share.
        ["moco"] = (30, 1.8),
        ["instance-discrimination"] = (30, 0.8), // it starts from its own embeddings, so that few images are told apart at once
        ["vicreg"] = (30, 0.85), // few images cannot vary in many features without covariances
    };

    // At the usual rate these swing.
    private static readonly Dictionary<string, double> rates = new() { ["speediness"] = 0.01 };

    public static TheoryData<string> Names => [.. KnownTasks.Names];

    /// <summary>Finite loss, a gradient for every parameter, images not modified, and more.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void PassesTheConformanceCheck(string name) => PretextTaskCheck.Verify(KnownTasks.Create(name));

    [Theory]
    [MemberData(nameof(Names))]
    public void LossFallsOnATinySetAndMemoryDoesNotGrow(string name)
    {
        using var run = NewRun(name);
        var (steps, share) = slow.GetValueOrDefault(name, (UsualSteps, UsualShare));
        TrainingContract.LossFalls(run, steps, share);
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
        var task = KnownTasks.Create(name);
        return new(task, task.CreateEncoder(32, seed), count: 4, seed, Rate(name));
    }

    private static double? Rate(string name) => rates.TryGetValue(name, out var rate) ? rate : null;
}
