namespace SelfSup.Data;

/// <summary>Draws where the squares of an epoch lie: a place depends on the seed, the epoch and the image alone.</summary>
internal readonly record struct SquarePlaces(int Seed, int Epoch)
{
    /// <summary>A place along the longer side of an image, 0..1.</summary>
    public double Of(int index) => new SplitMix64(Seed, Epoch, index).NextSingle();
}
