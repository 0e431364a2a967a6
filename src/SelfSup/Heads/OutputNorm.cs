namespace SelfSup.Heads;

/// <summary>What stands after the last layer of a <see cref="ProjectionHead"/>.</summary>
public enum OutputNorm
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Batch normalization without scale and shift, as SimSiam and MoCo v3 have it.</summary>
    Plain,

    /// <summary>Batch normalization with scale and shift.</summary>
    Affine,
}
