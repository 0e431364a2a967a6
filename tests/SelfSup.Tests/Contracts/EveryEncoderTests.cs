using SelfSup.Encoders;
using SelfSup.Tasks;

namespace SelfSup.Tests.Contracts;

/// <summary>What every encoder of the catalog must do when a task trains it. Its gradients are tested beside its shapes.</summary>
public class EveryEncoderTests
{
    public static TheoryData<string> Names => [.. EncoderCatalog.Names];

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
        var encoder = EncoderCatalog.Create(name, 16, seed);
        return new(encoder.TakesClips ? new VideoRotationTask() : new RotationTask(), encoder, count: 1, drawSeed: seed, learningRate: 0.01);
    }
}
