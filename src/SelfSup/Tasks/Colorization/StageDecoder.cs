using SelfSup.Distributed;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Predicts something for every place of an image from the maps of several stages.</summary>
internal sealed class StageDecoder : nn.Module
{
    private const int Width = 128;
    private readonly ModuleList<nn.Module<Tensor, Tensor>> lateral;
    private readonly nn.Module<Tensor, Tensor> head;

    /// <summary>Creates it.</summary>
    /// <param name="channels">Channels of each map.</param>
    /// <param name="outputs">Channels of the prediction.</param>
    public StageDecoder(IEnumerable<int> channels, int outputs)
        : base(nameof(StageDecoder))
    {
        lateral = new ModuleList<nn.Module<Tensor, Tensor>>([.. channels.Select(count => nn.Conv2d(count, Width, 1))]);
        head = nn.Sequential(
            new SyncBatchNorm(Width), nn.ReLU(), nn.Conv2d(Width, Width, 3, padding: 1), new SyncBatchNorm(Width), nn.ReLU(),
            nn.Conv2d(Width, outputs, 1));
        RegisterComponents();
    }

    /// <summary>Checks that an encoder has stages beside the shallowest, which is not asked.</summary>
    /// <exception cref="ArgumentException">It has not.</exception>
    public static void Check(string task, Encoder encoder)
    {
        if (encoder.Stages.Count < 2)
            throw new ArgumentException($"The task '{task}' asks all stages but the shallowest, and '{encoder.Architecture}' has {encoder.Stages.Count}; use an encoder of two stages or more.");
    }

    /// <summary>Computes the prediction.</summary>
    /// <param name="maps">One map (N, C, h, w) for each of the channels. Borrowed.</param>
    /// <param name="height">Height of the prediction.</param>
    /// <param name="width">Width of the prediction.</param>
    /// <returns>(N, outputs, height, width), owned by the caller.</returns>
    public Tensor Decode(IReadOnlyList<Tensor> maps, long height, long width)
    {
        using var scope = NewDisposeScope();
        Tensor? sum = null;
        for (var i = 0; i < lateral.Count; i++)
        {
            var map = nn.functional.interpolate(
                lateral[i].forward(maps[i]), size: [height, width], mode: InterpolationMode.Bilinear, align_corners: false);
            sum = sum is null ? map : sum.add(map); // (N, 128, h, w)
        }
        return head.forward(sum!).MoveToOuterDisposeScope();
    }
}
