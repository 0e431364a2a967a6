using System.Text.RegularExpressions;

namespace SelfSup.Encoders;

/// <summary>A weight in a file: what it is called there, and its shape.</summary>
internal readonly record struct WeightShape(string Name, IReadOnlyList<long> Shape);

/// <summary>Tells by names and shapes which encoders a file's weights may be of. Whether they fit is for others to find out.</summary>
internal static partial class EncoderRecognition
{
    private const int SmallKernel = 3, LargeKernel = 7, MocoHeads = 12;
    private static readonly int[] ResNetWidths = [64, 128, 256, 512];

    private static readonly Dictionary<long, string> VitNames = new() { [192] = "vit_tiny", [384] = "vit_small", [768] = "vit_base" };

    /// <summary>Finds what creates such encoders, the likeliest first; they have their own stem, whatever is asked for.</summary>
    /// <param name="weights">The file's weights in its order.</param>
    /// <returns>Nothing for networks that do not show what they are.</returns>
    public static IReadOnlyList<EncoderFactory> Find(IReadOnlyList<WeightShape> weights) =>
        FindVisionTransformer(weights) is { } transformer ? [transformer] : FindResNet(weights);

    private static EncoderFactory? FindVisionTransformer(IReadOnlyList<WeightShape> weights)
    {
        if (Ending("cls_token") is not [_, _, var width] || !VitNames.TryGetValue(width, out var name)
            || (Ending("patch_embed.proj.weight") ?? Ending("patch_embeddings.projection.weight")) is not [_, _, var patch, _])
        {
            return null;
        }
        var registers = Ending("reg_token") ?? Ending("register_tokens");
        var isDinoV2 = (Ending("ls1.gamma") ?? Ending("layer_scale1.lambda1")) is not null;
        var isMocoV3 = weights.Any(weight => MocoName().IsMatch(weight.Name));
        var options = new VitOptions
        {
            Depth = Math.Max(1, Numbers(BlockName(), weights).Count),
            PatchSize = (int)patch,
            Registers = registers is [_, var count, _] ? (int)count : 0,
            LayerScale = isDinoV2 ? 1e-5 : null,
            // Shapes do not show the heads, of which MoCo v3 gave its small transformer twelve.
            Heads = isMocoV3 && name == "vit_small" ? MocoHeads : null,
            Pooling = isDinoV2 || isMocoV3 ? VitPooling.ClassToken : VitPooling.Mean,
        };
        return (size, seed, normalization, _) => new VisionTransformer(name, size, options, seed, normalization, Stem.Large);

        IReadOnlyList<long>? Ending(string ending) =>
            weights.FirstOrDefault(weight => weight.Name == ending || weight.Name.EndsWith("." + ending, StringComparison.Ordinal)).Shape;
    }

    private static EncoderFactory[] FindResNet(IReadOnlyList<WeightShape> weights)
    {
        var kernels = weights.Where(weight => weight.Shape.Count == 4).Select(weight => weight.Shape).ToList();
        if (kernels.Find(shape => shape is [64, 3, SmallKernel or LargeKernel, _]) is not { } first)
            return [];
        // Every stage begins with a shortcut of its own, but for the first where nothing widens; bottlenecks have more of 1x1.
        var isBottleneck = kernels.Exists(shape => shape is [2048, 512, 1, 1]);
        var blocks = CountByNames(weights) ?? CountByShapes(kernels, first, isBottleneck);
        if (blocks.Any(count => count is < 1 or > ResNet.MostBlocks))
            return [];
        var depth = isBottleneck ? 50 : blocks is [3, 4, 6, 3] ? 34 : 18;
        Stem[] stems = first[2] == LargeKernel ? [Stem.Large] : [Stem.Small, Stem.Medium];
        return [.. stems.Select(EncoderFactory (stem) => (size, seed, normalization, _) => new ResNet(depth, size, seed, normalization, stem, blocks))];
    }

    // Copies of the network count once.
    private static int[]? CountByNames(IReadOnlyList<WeightShape> weights)
    {
        var blocks = Enumerable.Range(1, ResNetWidths.Length)
            .Select(layer => Numbers(new Regex($@"(^|\.)layer{layer}\.(\d+)\."), weights).Count)
            .ToArray();
        return blocks.All(count => count > 0) ? blocks : null;
    }

    private static int[] CountByShapes(List<IReadOnlyList<long>> kernels, IReadOnlyList<long> first, bool isBottleneck) =>
    [
        .. ResNetWidths.Select(width =>
            kernels.Count(shape => !ReferenceEquals(shape, first) && shape[0] == width && shape[2] == SmallKernel) / (isBottleneck ? 1 : 2)),
    ];

    private static HashSet<string> Numbers(Regex pattern, IReadOnlyList<WeightShape> weights) =>
        [.. weights.Select(weight => pattern.Match(weight.Name)).Where(match => match.Success).Select(match => match.Groups[2].Value)];

    [GeneratedRegex(@"(^|\.)(base|momentum)_encoder\.")]
    private static partial Regex MocoName();

    // DINOv2's checkpoints may number groups of blocks first.
    [GeneratedRegex(@"(^|\.)(?:blocks|encoder\.layer)\.(?:\d+\.)?(\d+)\.")]
    private static partial Regex BlockName();
}
