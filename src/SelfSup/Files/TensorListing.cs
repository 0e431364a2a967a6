namespace SelfSup.Files;

/// <summary>Lists the tensors of a pickle wherever they stand, by the names on the way to them, such as <c>state_dict.conv1.weight</c>.</summary>
internal sealed class TensorListing
{
    private const int DepthLimit = 64;
    private const int NameLimit = 1000;
    private const int EffortLimit = 1 << 21;
    private const int LettersPerEffort = 64;

    // How a pickled module keeps its parts; a state dict leaves these names out.
    private static readonly string[] ModuleParts = ["_modules", "_parameters", "_buffers"];

    private readonly Dictionary<string, PickledTensor> tensors = new(StringComparer.Ordinal);
    private readonly HashSet<object> entered = new(ReferenceEqualityComparer.Instance);
    private int effort;

    private TensorListing()
    {
    }

    /// <summary>Lists the tensors in the order of the file.</summary>
    /// <param name="root">The pickle's value; it may contain itself.</param>
    /// <exception cref="InvalidDataException">There are too many values, or names too long.</exception>
    public static IReadOnlyDictionary<string, PickledTensor> Of(object? root)
    {
        var listing = new TensorListing();
        listing.Visit(root, "");
        return listing.tensors;
    }

    private void Visit(object? value, string name)
    {
        if (value is PickledTensor tensor)
        {
            tensors.TryAdd(name, tensor);
            return;
        }
        // Values that contain themselves end here, and so does nesting that no checkpoint has.
        if (value is not (PickledNode or object?[]) || entered.Count == DepthLimit || !entered.Add(value))
            return;
        if (value is object?[] tuple)
        {
            for (var i = 0; i < tuple.Length; i++)
                Descend(tuple[i], name, $"{i}");
        }
        else if (value is PickledNode node)
        {
            foreach (var (part, inner) in node.Entries)
                Descend(inner, name, part);
            Visit(node.State, name);
        }
        entered.Remove(value);
    }

    private void Descend(object? value, string name, string part)
    {
        if (value is not (PickledTensor or PickledNode or object?[]))
            return;
        var whole = ModuleParts.Contains(part) ? name : name.Length == 0 ? part : $"{name}.{part}";
        if (whole.Length > NameLimit)
            throw new InvalidDataException($"it has a name of more than {NameLimit} letters.");
        effort += 1 + whole.Length / LettersPerEffort;
        if (effort > EffortLimit)
            throw new InvalidDataException("its values are too many, or repeat one another too often.");
        Visit(value, whole);
    }
}
