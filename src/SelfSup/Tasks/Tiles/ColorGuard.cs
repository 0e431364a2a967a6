namespace SelfSup.Tasks;

/// <summary>
/// How tiles and patches are kept from giving their place away by chromatic aberration: a lens magnifies colors unlike each other, so that
/// they part towards a photo's border.
/// </summary>
public enum ColorGuard
{
    /// <summary>
    /// The axis from green to magenta is projected out of every pixel, as in the papers' other variant. Two dimensions of color stay, and
    /// red against blue with them: where these two part, the place can still be read.
    /// </summary>
    Projection,

    /// <summary>
    /// One channel of every tile stays, drawn at random, and takes the place of the others, so that no two colors are left to compare.
    /// Doersch et al. put faint noise in their place; an encoder that met one channel at a time was worth less on whole images.
    /// </summary>
    Dropping,

    /// <summary>Colors stay as they are: for images without aberration, such as those shrunk many times over.</summary>
    None,
}
