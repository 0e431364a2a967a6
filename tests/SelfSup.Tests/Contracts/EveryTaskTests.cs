using SelfSup.Encoders;
using SelfSup.Tasks;
using SelfSup.Testing;

namespace SelfSup.Tests.Contracts;

/// <summary>What every task of the catalog must do, whatever it is.</summary>
public class EveryTaskTests
{
    public static TheoryData<string> Names => [.. TaskCatalog.Names];

    /// <summary>Finite loss, a gradient for every parameter, images not modified, and more.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void PassesTheConformanceCheck(string name) => PretextTaskCheck.Verify(TaskCatalog.Create(name));

    [Theory]
    [MemberData(nameof(Names))]
    public void LossFallsOnATinySet(string name)
    {
        using var run = NewRun(name);
        TrainingContract.LossFalls(run);
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
    public void LiveTensorsStayConstantOver50Steps(string name)
    {
        using var run = NewRun(name);
        TrainingContract.LiveTensorsStayConstant(run);
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
        var task = TaskCatalog.Create(name);
        return new(task, task.FeedsClips() ? new VideoConvNet(32, seed) : new ConvNet(32, seed), drawSeed: seed);
    }
}
