using System.Collections.ObjectModel;

namespace SelfSup.Files;

/// <summary>A dict or OrderedDict of a pickle: what stands under its texts. Other keys name no tensors and are dropped.</summary>
internal sealed class PickledDictionary
{
    // A byte of a pickle makes a dictionary, so an empty one should not take much more.
    private Dictionary<string, object?>? entries;

    /// <summary>The values by name: tensors, dictionaries, and what is neither.</summary>
    public IReadOnlyDictionary<string, object?> Entries =>
        (IReadOnlyDictionary<string, object?>?)entries ?? ReadOnlyDictionary<string, object?>.Empty;

    /// <summary>Stands for calling <c>OrderedDict()</c>.</summary>
    /// <exception cref="InvalidDataException">There are arguments, which Python has not written since 2.7.</exception>
    public static PickledDictionary Create(object?[] arguments) =>
        arguments.Length == 0
            ? new PickledDictionary()
            : throw new InvalidDataException("the pickle creates an OrderedDict from arguments.");

    /// <summary>Sets an entry; the last of a name counts.</summary>
    public void Set(object? key, object? value)
    {
        if (key is string name)
            (entries ??= new(StringComparer.Ordinal))[name] = value;
    }
}
