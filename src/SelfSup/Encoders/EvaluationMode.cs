using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>Puts a module into evaluation mode until disposed, then every module in it back into the mode that it was in.</summary>
/// <remarks>Gradients are another matter: pair it with <c>no_grad()</c> where none are wanted.</remarks>
/// <example><code>using var evaluation = new EvaluationMode(encoder);</code></example>
public sealed class EvaluationMode : IDisposable
{
    private readonly List<(nn.Module Module, bool Training)> before;

    /// <summary>Remembers the mode of a module and of all modules in it, and puts them into evaluation mode.</summary>
    /// <param name="module">The module. Borrowed; it must outlive this object.</param>
    public EvaluationMode(nn.Module module)
    {
        before = [.. ParentsFirst(module).Select(pair => (pair.Module, pair.Module.training))];
        module.eval();
    }

    /// <summary>Puts every module back into its own mode; a second call does nothing.</summary>
    public void Dispose()
    {
        foreach (var (module, training) in before)
            module.train(training);
        before.Clear();
    }

    /// <summary>A module and those in it, parents before children: setting a parent's mode sets its children's, so theirs come after.</summary>
    internal static IEnumerable<(string Name, nn.Module Module)> ParentsFirst(nn.Module module) =>
        module.named_modules()
            .Where(pair => pair.name.Length > 0)
            .OrderBy(pair => pair.name.Count(c => c == '.'))
            .Select(pair => (pair.name, pair.module))
            .Prepend(("", module));
}
