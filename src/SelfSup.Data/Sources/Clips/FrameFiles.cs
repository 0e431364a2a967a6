namespace SelfSup.Data;

/// <summary>A folder whose image files are the frames of a video, in the order of the numbers in their names.</summary>
internal sealed class FrameFiles(string root, string name, string[] files, IImageDecoder decoder) : FrameSequence(name, files, files.Length)
{
    public override void Read(int first, int stride, int size, double place, Span<byte> pixels)
    {
        var frameBytes = 3 * size * size;
        for (var frame = first; !pixels.IsEmpty; frame += stride, pixels = pixels[frameBytes..])
        {
            try
            {
                using var file = FileBytes.Read(Path.Combine(root, Files[frame]));
                decoder.Decode(file.Span, size, place, pixels[..frameBytes]);
            }
            catch (ImageReadException error)
            {
                throw new ImageReadException($"{Path.GetFileName(Files[frame])}: {error.Message}", error);
            }
        }
    }
}
