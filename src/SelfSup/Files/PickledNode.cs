using System.Collections.ObjectModel;
using System.Globalization;

namespace SelfSup.Files;

/// <summary>What a pickle holds values in: a dict, a list, a set, or an object of a class that is not read.</summary>
/// <remarks>Texts and whole numbers name values; what stands under other keys is dropped, for it names no tensors.</remarks>
internal sealed class PickledNode
{
    // A byte of a pickle makes a node, so an empty one should not take much more.
    private Dictionary<string, object?>? entries;
    private int length;

    /// <summary>The values by name, or by place in a list; of a list only those that may hold tensors.</summary>
    public IReadOnlyDictionary<string, object?> Entries =>
        (IReadOnlyDictionary<string, object?>?)entries ?? ReadOnlyDictionary<string, object?>.Empty;

    /// <summary>What the pickle sets as the state of an object: mostly its attributes.</summary>
    public object? State { get; set; }

    /// <summary>Makes a node of values in order.</summary>
    public static PickledNode Of(object?[] values)
    {
        var node = new PickledNode();
        foreach (var value in values)
            node.Append(value);
        return node;
    }

    /// <summary>Sets an entry; the last of a name counts.</summary>
    public void Set(object? key, object? value)
    {
        if ((key as string ?? (key as long?)?.ToString(CultureInfo.InvariantCulture)) is { } name)
            (entries ??= new(StringComparer.Ordinal))[name] = value;
    }

    /// <summary>Adds a value to a list.</summary>
    public void Append(object? value)
    {
        if (value is PickledNode or PickledTensor or object?[])
            Set((long)length, value);
        length++;
    }
}
