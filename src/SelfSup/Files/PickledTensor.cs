namespace SelfSup.Files;

/// <summary>A tensor as a view of a storage; everything in it lies inside the storage's count.</summary>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, long[] Shape, long[] Strides)
{
    private const int DimensionLimit = 64; // libtorch's own

    /// <summary>Whether the tensor has no elements.</summary>
    public bool IsEmpty => Shape.Contains(0);

    /// <summary>Its type as the file spells it, for messages.</summary>
    public string TypeName => Storage.Type.Name;

    /// <summary>Stands for calling <c>_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)</c>.</summary>
    /// <exception cref="InvalidDataException">The arguments are others, or the view leaves its storage.</exception>
    public static PickledTensor Rebuild(object?[] arguments)
    {
        // Older versions end with the strides; newer may append metadata, which only says how a tensor is shown.
        if (arguments is not [PickledStorage storage, long offset, object?[] sizes, object?[] steps, .. { Length: <= 3 }])
            throw new InvalidDataException("the pickle describes a tensor by something else than storage, offset, size and stride.");
        var (shape, strides) = (Numbers(sizes), Numbers(steps));
        if (shape.Length != strides.Length || shape.Length > DimensionLimit || offset < 0)
            throw Outside(storage, offset, shape, strides);
        var tensor = new PickledTensor(storage, offset, shape, strides);
        return storage.Type.Type is null || tensor.LiesInside() ? tensor : throw Outside(storage, offset, shape, strides);
    }

    /// <summary>
    /// Stands for calling <c>_rebuild_parameter(tensor, requires_grad, hooks)</c>, to which newer versions append attributes: the
    /// tensor itself.
    /// </summary>
    /// <exception cref="InvalidDataException">The arguments are others.</exception>
    public static PickledTensor RebuildParameter(object?[] arguments) =>
        arguments is [PickledTensor tensor, _, _, .. { Length: <= 1 }]
            ? tensor
            : throw new InvalidDataException("the pickle describes a parameter by something else than its tensor.");

    /// <summary>Stands for calling <c>_rebuild_from_type_v2(function, class, arguments, state)</c>: what the function makes.</summary>
    /// <exception cref="InvalidDataException">The arguments are others.</exception>
    public static object RebuildSubclass(object?[] arguments)
    {
        // One such call inside another would nest as deep as the file likes.
        if (arguments is not [PickledGlobal { Call: { } call }, _, object?[] inner, _] || call == RebuildSubclass)
            throw new InvalidDataException("the pickle describes a tensor of a class of its own by something else than a tensor.");
        return call(inner);
    }

    /// <summary>Stands for a tensor that is not read: quantized, sparse, or of a type of newer versions, which is then named.</summary>
    public static PickledTensor Unread(string function, object?[] arguments)
    {
        var type = arguments.TakeLast(2).OfType<PickledGlobal>().FirstOrDefault()?.Name ?? function;
        return new PickledTensor(new PickledStorage("", TorchStorageType.Unread(type), 0), 0, [], []);
    }

    private static long[] Numbers(object?[] values) =>
        [.. values.Select(value =>
            value is >= 0L
                ? (long)value
                : throw new InvalidDataException("the pickle has a tensor whose size or stride is no whole number from 0."))];

    private bool LiesInside()
    {
        Int128 count = 1;
        Int128 last = Offset;
        for (var i = 0; i < Shape.Length; i++)
        {
            // Beside a side of 0 too, for libtorch multiplies the others.
            count *= Math.Max(Shape[i], 1);
            last += (Int128)(Math.Max(Shape[i], 1) - 1) * Strides[i];
            // Every term is under 2^126, so stopping early keeps the sums from overflowing.
            if (count * Storage.Type.Size > long.MaxValue || last > long.MaxValue)
                return false;
        }
        return IsEmpty || last < Storage.Count;
    }

    private static InvalidDataException Outside(PickledStorage storage, long offset, long[] shape, long[] strides) =>
        new($"a tensor [{Joined(shape)}] with strides [{Joined(strides)}] at {offset} does not fit the {storage.Count} elements "
            + $"of its storage '{storage.Key}'.");

    private static string Joined(long[] numbers) => string.Join(", ", numbers.Take(DimensionLimit));
}
