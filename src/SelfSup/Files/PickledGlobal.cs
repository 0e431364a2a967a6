namespace SelfSup.Files;

/// <summary>A name in Python that a pickle refers to, and for the few that a state dict needs, what stands for calling it.</summary>
/// <param name="Name">The name with its module, for messages.</param>
/// <param name="Call">Makes our value from the arguments; null for all that is not known, which is never called.</param>
/// <param name="Storage">The element type, if the name is a storage's class.</param>
internal sealed record PickledGlobal(string Name, Func<object?[], object>? Call = null, TorchStorageType? Storage = null)
{
    private const int NameLimit = 128;

    // No checkpoint has a use for these: a file with them is made to harm whoever opens it in Python.
    private static readonly string[] HarmfulModules =
    [
        "os", "posix", "nt", "subprocess", "sys", "pty", "runpy", "socket", "shutil", "importlib", "ctypes", "webbrowser", "commands",
    ];

    private static readonly string[] HarmfulBuiltins = ["eval", "exec", "execfile", "compile", "__import__", "open", "input", "breakpoint"];

    private static readonly Dictionary<string, PickledGlobal> Known = ListKnown();

    /// <summary>Finds a name; one that is not known is only a name.</summary>
    /// <exception cref="InvalidDataException">The name is of code that does harm; the message has it.</exception>
    public static PickledGlobal Find(string module, string name)
    {
        var whole = $"{module}.{name}";
        if (Known.TryGetValue(whole, out var global))
            return global;
        if (IsHarmful(module, name))
        {
            throw new InvalidDataException(
                $"it asks for the code '{Shortened(whole)}', which is not run; only tensors are read. Do not open this file in Python.");
        }
        if (module is "torch" or "torch.storage" && name.EndsWith("Storage", StringComparison.Ordinal))
            return new PickledGlobal(whole, Storage: TorchStorageType.Unread(name));
        // Tensors of kinds that are not read here: quantized, sparse, of newer types.
        if (module is "torch._utils" && name.StartsWith("_rebuild_", StringComparison.Ordinal))
            return new PickledGlobal(whole, arguments => PickledTensor.Unread(name, arguments));
        return new PickledGlobal(Shortened(whole));
    }

    private static string Shortened(string name) => name.Length > NameLimit ? name[..NameLimit] : name;

    private static bool IsHarmful(string module, string name) =>
        HarmfulModules.Contains(module) || (module is "builtins" or "__builtin__" && HarmfulBuiltins.Contains(name));

    private static Dictionary<string, PickledGlobal> ListKnown()
    {
        var known = new Dictionary<string, PickledGlobal>(StringComparer.Ordinal);
        Add("torch._utils._rebuild_tensor", PickledTensor.Rebuild);
        Add("torch._utils._rebuild_tensor_v2", PickledTensor.Rebuild);
        Add("torch._utils._rebuild_parameter", PickledTensor.RebuildParameter);
        Add("torch._utils._rebuild_parameter_with_state", PickledTensor.RebuildParameter);
        Add("torch._tensor._rebuild_from_type_v2", PickledTensor.RebuildSubclass);
        foreach (var type in TorchStorageType.All)
            Add($"torch.{type.Name}", storage: type);
        return known;

        void Add(string name, Func<object?[], object>? call = null, TorchStorageType? storage = null) =>
            known.Add(name, new PickledGlobal(name, call, storage));
    }
}
