using SelfSup.Augmentations;
using SelfSup.Encoders;
using SelfSup.Tasks;
using SelfSup.Training;

namespace SelfSup.Tests.Tasks;

/// <summary>Whether tiles tell their place by colors that a lens has parted, in noise that tells it by nothing else.</summary>
public class ChromaticAberrationTests
{
    private const int Side = 48;
    private const double Shift = 1.5;

    [Fact]
    public async Task JigsawReadsColorsUnlessChannelsAreDropped()
    {
        var bare = await AnswerAsync(Puzzle(ColorGuard.None, channelShift: 0));
        var guarded = await AnswerAsync(Puzzle(ColorGuard.Dropping, channelShift: 1));
        Assert.True(bare > 0.5, $"{bare:P1} without a guard, so the guard is not tested");
        Assert.InRange(guarded, 1 / 12.0 - 0.05, 1 / 12.0 + 0.05);

        static JigsawTask Puzzle(ColorGuard guard, int channelShift) =>
            new(new() { Grid = 2, Permutations = PermutationSet.Alternating4(), ColorGuard = guard, ChannelShift = channelShift, GrayShare = 0 });
    }

    [Fact]
    public async Task RelativePatchReadsColorsUnlessChannelsAreDropped()
    {
        var bare = await AnswerAsync(new RelativePatchTask(new() { ColorGuard = ColorGuard.None }));
        var projected = await AnswerAsync(new RelativePatchTask(new() { ColorGuard = ColorGuard.Projection }));
        var guarded = await AnswerAsync(new RelativePatchTask());
        Assert.True(projected > 0.5, $"{projected:P1} behind the projection, which leaves red against blue");
        Assert.True(bare > 0.5, $"{bare:P1} without a guard, so the guard is not tested");
        Assert.InRange(guarded, 1 / 8.0 - 0.05, 1 / 8.0 + 0.05);
    }

    /// <summary>Learns from noise and answers about other noise: the share of right answers.</summary>
    private static async Task<double> AnswerAsync(IPretextTask task)
    {
        using var encoder = new ConvNet(Side);
        var result = await Pretraining.RunAsync(encoder, task, AberratedNoise.Create(1536, Side, Shift, seed: 1), new()
        {
            Epochs = 5,
            BatchSize = 32,
            Augmentation = Augmentation.None,
            HeldOut = AberratedNoise.Create(512, Side, Shift, seed: 2),
        });
        return result.Metrics[$"held_out/{task.Name}/accuracy"];
    }
}
