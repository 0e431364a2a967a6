namespace SelfSup.Files;

/// <summary>One of the few names in Python that a state dict refers to, and what stands for calling it.</summary>
/// <param name="Name">The name with its module, for messages.</param>
/// <param name="Call">Makes our value from the arguments; null for what cannot be called.</param>
/// <param name="Storage">The element type, if the name is a storage's class.</param>
internal sealed record PickledGlobal(string Name, Func<object?[], object>? Call = null, TorchStorageType? Storage = null)
{
    private const int NameLimit = 128;

    private static readonly Dictionary<(string Module, string Name), PickledGlobal> Known = ListKnown();

    /// <summary>Finds a name.</summary>
    /// <exception cref="InvalidDataException">The name is not one of a state dict's; the message has it.</exception>
    public static PickledGlobal Find(string module, string name) =>
        Known.TryGetValue((module, name), out var global) ? global : throw Refused($"{module}.{name}");

    /// <summary>Says that a file asks for code.</summary>
    public static InvalidDataException Refused(string name) =>
        new($"it asks for the code '{(name.Length > NameLimit ? name[..NameLimit] : name)}', which is not run; only tensors are read.");

    private static Dictionary<(string Module, string Name), PickledGlobal> ListKnown()
    {
        var known = new Dictionary<(string Module, string Name), PickledGlobal>();
        Add("collections", "OrderedDict", PickledDictionary.Create);
        Add("torch._utils", "_rebuild_tensor_v2", PickledTensor.Rebuild);
        Add("torch._utils", "_rebuild_parameter", PickledTensor.RebuildParameter);
        foreach (var type in TorchStorageType.All)
            Add("torch", type.Name, storage: type);
        return known;

        void Add(string module, string name, Func<object?[], object>? call = null, TorchStorageType? storage = null) =>
            known.Add((module, name), new PickledGlobal($"{module}.{name}", call, storage));
    }
}
