using System.Globalization;
using SelfSup.Runtime;

namespace SelfSup.Encoders;

/// <summary>Where a vision transformer has the positions of its patches from.</summary>
public enum VitPositions
{
    /// <summary>A table that is learned.</summary>
    Learned,

    /// <summary>Sines and cosines of column and row that stay as they are, as MAE has them.</summary>
    SineCosine,
}

/// <summary>What the feature of an image is.</summary>
public enum VitPooling
{
    /// <summary>The mean of the patches' tokens, as MAE, SimMIM and I-JEPA have it.</summary>
    Mean,

    /// <summary>The class token, as DINO, DINOv2 and MoCo v3 have it. It is a stage of its own, the last, a map of one place.</summary>
    ClassToken,
}

/// <summary>What may differ between vision transformers of one name. It travels in the encoder's file.</summary>
public sealed record VitOptions
{
    /// <summary>Length of a token, divisible by the heads; null, the default, is what the name says: 192, 384 or 768.</summary>
    public int? Width { get; init; }

    /// <summary>Blocks of attention, at least 1. The default is 12.</summary>
    public int Depth { get; init; } = 12;

    /// <summary>Heads of attention; null, the default, is what the name says: 3, 6 or 12. MoCo v3's <c>vit_small</c> has 12.</summary>
    public int? Heads { get; init; }

    /// <summary>Side of a patch in pixels, at least 1; null, the default, is what the stem says: 4, 8 or 16. DINOv2 has 14.</summary>
    public int? PatchSize { get; init; }

    /// <summary>
    /// Patches on a side of the table of positions, at least 1; null, the default, is what the image size has. Other sizes of images are
    /// resampled from it at every call, so that DINOv2's table of 37 gives its own features at 224 pixels.
    /// </summary>
    public int? PositionGrid { get; init; }

    /// <summary>Where positions come from. The default is a learned table.</summary>
    public VitPositions Positions { get; init; }

    /// <summary>Tokens without a position beside the class token, at least 0: DINOv2's registers. The default is 0.</summary>
    public int Registers { get; init; }

    /// <summary>What learned factors on every branch start at, above 0; null, the default, for none. DINOv2 starts at 1e-5.</summary>
    public double? LayerScale { get; init; }

    /// <summary>What the feature of an image is. The default is the mean of its patches.</summary>
    public VitPooling Pooling { get; init; }

    /// <summary>Share of images that leave out the last block in training, less in earlier ones; in [0, 1). The default is 0.</summary>
    public double DropPath { get; init; }

    /// <summary>Checks all settings.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range; the message names it.</exception>
    internal void Validate()
    {
        this.Require(Width is null or >= 4, Width, "null or at least 4");
        this.Require(Depth >= 1, Depth, "at least 1");
        this.Require(Heads is null or >= 1, Heads, "null or at least 1");
        this.Require(PatchSize is null or >= 1, PatchSize, "null or at least 1");
        this.Require(PositionGrid is null or >= 1, PositionGrid, "null or at least 1");
        this.Require(Enum.IsDefined(Positions), Positions, $"a {nameof(VitPositions)}");
        this.Require(Registers >= 0, Registers, "at least 0");
        this.Require(LayerScale is null or > 0, LayerScale, "null or above 0");
        this.Require(Enum.IsDefined(Pooling), Pooling, $"a {nameof(VitPooling)}");
        this.Require(DropPath is >= 0 and < 1, DropPath, "in [0, 1)");
    }

    /// <summary>What differs from the defaults, by name.</summary>
    internal IReadOnlyDictionary<string, string> Describe()
    {
        var usual = Settings.Describe(new VitOptions());
        return Settings.Describe(this).Where(pair => usual.GetValueOrDefault(pair.Key) != pair.Value).ToDictionary();
    }

    /// <summary>Reads what <see cref="Describe"/> wrote.</summary>
    /// <exception cref="ArgumentException">A name is unknown, or a value is none.</exception>
    internal static VitOptions Parse(IReadOnlyDictionary<string, string> settings)
    {
        var options = settings.Aggregate(new VitOptions(), (read, pair) => pair.Key switch
        {
            "width" => read with { Width = Whole(pair) },
            "depth" => read with { Depth = Whole(pair) },
            "heads" => read with { Heads = Whole(pair) },
            "patch_size" => read with { PatchSize = Whole(pair) },
            "position_grid" => read with { PositionGrid = Whole(pair) },
            "positions" when pair.Value == "sine_cosine" => read with { Positions = VitPositions.SineCosine },
            "registers" => read with { Registers = Whole(pair) },
            "layer_scale" => read with { LayerScale = Number(pair) },
            "pooling" when pair.Value == "class_token" => read with { Pooling = VitPooling.ClassToken },
            "drop_path" => read with { DropPath = Number(pair) },
            _ => throw new ArgumentException($"A vision transformer has no setting {pair.Key} = {pair.Value}."),
        });
        options.Validate();
        return options;
    }

    private static int Whole(KeyValuePair<string, string> pair) =>
        int.TryParse(pair.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ArgumentException($"The setting {pair.Key} of a vision transformer is '{pair.Value}', which is no whole number.");

    private static double Number(KeyValuePair<string, string> pair) =>
        double.TryParse(pair.Value, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ArgumentException($"The setting {pair.Key} of a vision transformer is '{pair.Value}', which is no number.");
}
