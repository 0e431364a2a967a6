namespace SelfSup.Data.Tests.Decoding;

public class AwkwardFilesTests
{
    // Not images, damaged, cut short, or beyond the pixel limit.
    private static readonly Dictionary<string, string> refused = new()
    {
        ["bmp_b_shortfile.bmp"] = "truncated",
        ["broken.png"] = "header",
        ["decompression_bomb.gif"] = "limit",
        ["libpng_badadler.png"] = "truncated",
        ["hopper_bad_exif.jpg"] = "data end before the picture", // stripes: its picture is as bad as its EXIF
        ["libpng_huge_iCCP_chunk.png"] = "header",
        ["made_bomb_20000x20000_gray.png"] = "limit",
        ["made_lfs_pointer.jpg"] = "git lfs pull",
        ["made_three_bytes.jpg"] = "header",
        ["made_zero_byte.jpg"] = "empty",
        ["testimgari.jpg"] = "arithmetic",
        ["truncated_jpeg.jpg"] = "truncated",
        ["ultrahdr.jpg"] = "truncated",
        ["zero_width.gif"] = "header",
    };

    [AwkwardFact]
    public void Every_awkward_file_is_decoded_or_refused_with_a_reason()
    {
        var pixels = new byte[3 * 64 * 64];
        foreach (var (name, bytes) in AwkwardFiles.Read().Where(file => file.Key != "manifest.tsv" && !file.Key.StartsWith("LICENSE")))
        {
            foreach (var decoder in new[] { SkiaImageDecoder.Default, IImageDecoder.Default })
            {
                void Decode() => decoder.Decode(bytes, 64, pixels);
                if (refused.TryGetValue(name, out var reason))
                    Assert.Contains(reason, Assert.Throws<ImageReadException>(Decode).Message);
                else
                    Decode();
            }
        }
    }

    [AwkwardFact]
    public void Orientations_of_one_picture_look_alike()
    {
        var files = AwkwardFiles.Read();
        byte[] Decode(string name)
        {
            var pixels = new byte[3 * 32 * 32];
            IImageDecoder.Default.Decode(files[name], 32, pixels);
            return pixels;
        }
        var upright = Decode("hopper.webp");
        foreach (var orientation in (int[])[3, 5, 6, 8])
        {
            var turned = Decode($"hopper_orientation_{orientation}.jpg");
            Assert.InRange(upright.Zip(turned).Average(pair => Math.Abs(pair.First - pair.Second)), 0, 8);
        }
    }
}
