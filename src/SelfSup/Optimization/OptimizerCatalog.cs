namespace SelfSup.Optimization;

/// <summary>The optimizers by name, for command lines and records.</summary>
public static class OptimizerCatalog
{
    private static readonly OptimizerSettings[] Defaults = [new Sgd(), new AdamW(), new Lars()];

    /// <summary>The names, in lower case.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Defaults.Select(optimizer => optimizer.Name)];

    /// <summary>Creates an optimizer's default settings; <see cref="TrainingRecipe.For"/> has the learning rate that goes with them.</summary>
    /// <param name="name">One of <see cref="Names"/>, in upper or lower case.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="ArgumentException">There is no such optimizer.</exception>
    public static OptimizerSettings Create(string name) =>
        Array.Find(Defaults, optimizer => optimizer.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ArgumentException($"There is no optimizer '{name}'. Choose one of {string.Join(", ", Names)}.", nameof(name));

    /// <summary>The name of an optimizer.</summary>
    /// <param name="optimizer">Its settings.</param>
    /// <returns>One of <see cref="Names"/>.</returns>
    public static string NameOf(OptimizerSettings optimizer) => optimizer.Name;
}
