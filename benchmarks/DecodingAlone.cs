using System.Diagnostics;
using System.Runtime.InteropServices;
using SelfSup.Data;

namespace SelfSup.Benchmarks;

/// <summary>
/// What libjpeg-turbo takes to decode JPEG files at the scale that a read size asks for, and nothing else: they lie in memory, and their
/// pixels are thrown away. No loader that uses it can be faster.
/// </summary>
internal sealed unsafe class DecodingAlone(string folder, int readSize, int threads)
{
    private const int Rgba = 7;

    private readonly TurboJpegLibrary library = TurboJpegLibrary.Instance
        ?? throw new ArgumentException("The part jpeg needs libjpeg-turbo's TurboJPEG library (libturbojpeg0 on Debian).");

    private readonly byte[][] files = ReadJpegs(ImageFolder.Open(folder));

    /// <summary>Decodes all files some times over.</summary>
    /// <returns>Images a second.</returns>
    public double Measure(int times)
    {
        var next = -1;
        var start = Stopwatch.GetTimestamp();
        var workers = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            workers[i] = new Thread(Work);
            workers[i].Start();
        }
        foreach (var worker in workers)
            worker.Join();
        return times * files.Length / Stopwatch.GetElapsedTime(start).TotalSeconds;

        void Work()
        {
            var handle = library.InitDecompress();
            byte[] pixels = [];
            for (var at = Interlocked.Increment(ref next); at < times * files.Length; at = Interlocked.Increment(ref next))
                Decode(handle, files[at % files.Length], ref pixels);
            library.Destroy(handle);
        }
    }

    private static byte[][] ReadJpegs(ImageFolder images) =>
        [.. Enumerable.Range(0, images.Count).Select(i => File.ReadAllBytes(images.FileOf(i))).Where(file => JpegFile.IsJpeg(file))];

    private void Decode(nint handle, byte[] file, ref byte[] pixels)
    {
        fixed (byte* jpeg = file)
        {
            var length = new CULong((nuint)file.Length);
            int width, height, subsampling, colorSpace;
            library.ReadHeader(handle, jpeg, length, &width, &height, &subsampling, &colorSpace);
            var scale = JpegScale.For(Math.Min(width, height), readSize);
            (width, height) = (JpegScale.Apply(width, scale), JpegScale.Apply(height, scale));
            if (pixels.Length < 4 * width * height)
                pixels = new byte[4 * width * height];
            fixed (byte* target = pixels)
                library.Decompress(handle, jpeg, length, target, width, 4 * width, height, Rgba, 0);
        }
    }
}
