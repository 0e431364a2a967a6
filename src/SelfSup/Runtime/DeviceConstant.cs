using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace SelfSup.Runtime;

/// <summary>A tensor that never changes, brought to every device once: a step that made it anew would wait for a GPU.</summary>
/// <param name="create">Makes it on the CPU.</param>
internal sealed class DeviceConstant(Func<Tensor> create)
{
    private readonly DeviceConstants<int> constants = new(_ => create());

    /// <summary>The constant on a device; not to be disposed or changed.</summary>
    public Tensor On(Device device) => constants.On(device, 0);
}

/// <summary>Tensors that depend on a key and never change, such as the filters for a size, each brought to every device once.</summary>
/// <param name="create">Makes the one of a key on the CPU.</param>
internal sealed class DeviceConstants<TKey>(Func<TKey, Tensor> create)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<(string Device, TKey Key), Lazy<Tensor>> tensors = new();

    /// <summary>The constant of a key on a device; not to be disposed or changed.</summary>
    public Tensor On(Device device, TKey key) =>
        tensors.GetOrAdd((device.ToString(), key), _ => new Lazy<Tensor>(() => Create(device, key))).Value;

    private Tensor Create(Device device, TKey key)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return HostMemory.Send(create(key), device).DetachFromDisposeScope();
    }
}
