using SelfSup.Data;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.GpuCheck.Steps;

/// <summary>
/// Loaded batches on their way to the device, many at once: their buffers go back to the loader, and their pinned memory to libtorch,
/// while the device may still have to fetch them. Every pixel must arrive all the same.
/// </summary>
internal static class PinnedInputStep
{
    private const int Side = 64;
    private const int BatchSize = 128;
    private const int Images = 2048;
    private const int Epochs = 8;

    public static void Run(CheckSettings settings, Findings findings)
    {
        var device = CheckedDevice.Of(settings);
        var pixels = new byte[Images * 3 * Side * Side];
        new Random(1).NextBytes(pixels);
        var loader = new ImageLoader(new InMemoryImages(pixels, Side), new() { ImageSize = Side, BatchSize = BatchSize });
        var (batches, wrong) = (0, 0);
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            using var scope = NewDisposeScope();
            using var busy = new BusyDevice(device, milliseconds: 50);
            var sent = new List<(Tensor Tensor, int[] Indices)>();
            busy.Begin();
            foreach (var batch in loader.ReadEpoch(epoch))
            {
                using (batch)
                    sent.Add((batch.ToTensor(device), [.. batch.Indices]));
            }
            foreach (var (tensor, indices) in sent)
            {
                batches++;
                if (!tensor.cpu().bytes.SequenceEqual(PixelsOf(pixels, indices)))
                    wrong++;
            }
        }
        findings.Add("batches", batches);
        findings.Add("wrong", wrong);
        findings.Require(batches == Epochs * Images / BatchSize, $"{batches} batches were read");
        findings.Require(wrong == 0, $"{wrong} of {batches} batches did not arrive as they were");
    }

    private static byte[] PixelsOf(byte[] pixels, int[] indices)
    {
        const int imageBytes = 3 * Side * Side;
        var chosen = new byte[indices.Length * imageBytes];
        for (var i = 0; i < indices.Length; i++)
            pixels.AsSpan(indices[i] * imageBytes, imageBytes).CopyTo(chosen.AsSpan(i * imageBytes));
        return chosen;
    }
}
