namespace SelfSup.Data.Tests.Decoding;

public class AwkwardFilesTests
{
    [AwkwardFact]
    public void Print()
    {
        var lines = new List<string>();
        foreach (var (name, bytes) in AwkwardFiles.Read())
        {
            var pixels = new byte[3 * 64 * 64];
            var watch = System.Diagnostics.Stopwatch.StartNew();
            try
            {
                SkiaImageDecoder.Default.Decode(bytes, 64, pixels);
                lines.Add($"{name}: ok {watch.ElapsedMilliseconds} ms");
                var rgb = new byte[pixels.Length];
                for (var i = 0; i < 64 * 64; i++) for (var c = 0; c < 3; c++) rgb[i * 3 + c] = pixels[c * 4096 + i];
                PngFile.Write($"/tmp/w/awout/{name}.png", 64, 64, rgb);
            }
            catch (ImageReadException error) { lines.Add($"{name}: REFUSED {error.Message} {watch.ElapsedMilliseconds} ms"); }
        }
        File.WriteAllLines("/tmp/w/awout.txt", lines.Order());
    }
}
