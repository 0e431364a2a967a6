using SelfSup.Data;
using SelfSup.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Runtime;

/// <summary>Brings loaded images to the training device.</summary>
public static class ImageBatchTensors
{
    /// <summary>Copies a batch into a tensor.</summary>
    /// <param name="batch">The batch; borrowed, may be disposed afterwards.</param>
    /// <param name="device">Where to.</param>
    /// <returns>RGB images, uint8 (N, 3, S, S), or clips of T frames, uint8 (N, T, 3, S, S); owned by the caller.</returns>
    public static Tensor ToTensor(this ImageBatch batch, Device device)
    {
        using var scope = NewDisposeScope();
        long[] frame = [3, batch.ImageSize, batch.ImageSize];
        var images = empty(batch.Frames == 1 ? [batch.Count, .. frame] : [batch.Count, batch.Frames, .. frame], ScalarType.Byte, device: CPU);
        if (device.type == DeviceType.CUDA)
            images = images.pin_memory(); // from where the GPU fetches by itself, while the host goes on
        batch.Pixels.AsSpan(0, batch.ByteCount).CopyTo(images.bytes);
        return images.to(device, non_blocking: true).MoveToOuterDisposeScope();
    }

    /// <summary>Copies a batch with its images' indices, as the one view of an input.</summary>
    /// <param name="batch">The batch; borrowed, may be disposed afterwards.</param>
    /// <param name="device">Where to.</param>
    /// <returns>The input, owned by the caller.</returns>
    internal static PretextInput ToInput(this ImageBatch batch, Device device)
    {
        using var scope = NewDisposeScope();
        var indices = HostMemory.Send(tensor(batch.Indices.Select(index => (long)index).ToArray(), device: CPU), device);
        return new PretextInput([batch.ToTensor(device).MoveToOuterDisposeScope()], indices.MoveToOuterDisposeScope());
    }
}
