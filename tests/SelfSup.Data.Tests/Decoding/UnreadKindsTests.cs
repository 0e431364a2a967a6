using System.Text;
using SkiaSharp;

namespace SelfSup.Data.Tests.Decoding;

/// <summary>A file of a kind that is not read is refused by its true name, whatever its own name says.</summary>
public class UnreadKindsTests
{
    private static readonly byte[] jpeg = EncodedImage.Make(20, 20, (x, y) => new SKColor((byte)(x * 9), (byte)(y * 9), 90), SKEncodedImageFormat.Jpeg);

    private static IImageDecoder[] Decoders =>
        TurboJpegDecoder.IsAvailable ? [SkiaImageDecoder.Default, new TurboJpegDecoder()] : [SkiaImageDecoder.Default];

    private static void AssertNamed(byte[] file, params string[] words)
    {
        foreach (var decoder in Decoders)
        {
            var reason = Assert.Throws<ImageReadException>(() => decoder.Decode(file, 8, new byte[192])).Message;
            Assert.All(words, word => Assert.Contains(word, reason));
            Assert.Contains("not read", reason);
            Assert.All((string[])["truncated", "damaged", "cut short"], word => Assert.DoesNotContain(word, reason));
        }
    }

    [Theory]
    [InlineData(0xC3, "lossless JPEG (SOF3)")]
    [InlineData(0xC5, "hierarchical")]
    [InlineData(0xC9, "arithmetic")]
    [InlineData(0xCA, "arithmetic")]
    [InlineData(0xCB, "arithmetic")]
    [InlineData(0xCD, "arithmetic")]
    [InlineData(0xCE, "arithmetic")]
    [InlineData(0xCF, "arithmetic")]
    [InlineData(0xF7, "JPEG-LS")]
    public void Codings_of_JPEG(byte marker, string name)
    {
        var file = (byte[])jpeg.Clone();
        file[file.AsSpan().IndexOf<byte>([0xFF, 0xC0]) + 1] = marker;
        AssertNamed(file, name);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(16)]
    public void Depths_of_JPEG(byte bits)
    {
        var file = (byte[])jpeg.Clone();
        file[file.AsSpan().IndexOf<byte>([0xFF, 0xC0]) + 4] = bits;
        AssertNamed(file, $"{bits} bits");
    }

    [Theory]
    [InlineData("heic", "mif1", "HEIC", "Magick.NET-Q8-AnyCPU")]
    [InlineData("hevc", "msf1", "HEIC", "Magick.NET-Q8-AnyCPU")]
    [InlineData("mif1", "heic", "HEIC", "Magick.NET-Q8-AnyCPU")]
    [InlineData("avif", "mif1", "AVIF", "Magick.NET-Q8-AnyCPU")]
    [InlineData("avis", "avif", "AVIF", "Magick.NET-Q8-AnyCPU")]
    [InlineData("mif1", "avif", "AVIF", "Magick.NET-Q8-AnyCPU")]
    [InlineData("crx ", "isom", "CR3", "develop")]
    [InlineData("qt  ", "qt  ", "QuickTime video (MOV)", "")]
    [InlineData("isom", "mp41", "MP4 video", "")]
    [InlineData("mp42", "isom", "MP4 video", "")]
    [InlineData("3gp5", "isom", "3GPP video", "")]
    public void Files_of_boxes(string brand, string other, string name, string advice) =>
        AssertNamed([0, 0, 0, 24, .. Encoding.ASCII.GetBytes($"ftyp{brand}"), 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(brand + other), .. new byte[64]], name, advice);

    [Theory]
    [InlineData("0000000C6A5020200D0A870A", "JPEG 2000")]
    [InlineData("FF4FFF51002F0000", "JPEG 2000")]
    [InlineData("0000000C4A584C200D0A870A", "JPEG XL")]
    [InlineData("FF0A7F0200", "JPEG XL")]
    [InlineData("4949BC0108000000", "JPEG XR")]
    [InlineData("89504E470D0A1A0A0000000443674249500020022BD5B37F", "CgBI")]
    [InlineData("49492A00100000004352020000000000", "CR2")]
    [InlineData("4949524F08000000", "ORF")]
    [InlineData("4949550018000000", "RW2")]
    [InlineData("46554A4946494C4D4343442D52415720", "RAF")]
    [InlineData("0005160700020000", "AppleDouble")]
    [InlineData("3842505300010000", "Photoshop")]
    [InlineData("C5D0D3C620000000", "EPS")]
    [InlineData("0000010001001010", "ICO")]
    [InlineData("762F310102000000", "EXR")]
    [InlineData("716F696600000010", "QOI")]
    [InlineData("52494646244C000041564920", "AVI video")]
    [InlineData("1A45DFA3A3428681", "MKV")]
    [InlineData("000000206D6F6F760000006C", "MOV")]
    public void Signatures(string bytes, string name) => AssertNamed([.. Convert.FromHexString(bytes), .. new byte[40]], name);

    [Theory]
    [InlineData("P1\n2 2\n0 1 1 0\n", "PNM")]
    [InlineData("P6\n2 2\n255\n............", "PNM")]
    [InlineData("P7\nWIDTH 2\n", "PNM")]
    [InlineData("PF\n2 2\n-1.0\n", "PFM")]
    [InlineData("#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n", "HDR")]
    [InlineData("SIMPLE  =                    T", "FITS")]
    [InlineData("%!PS-Adobe-3.0 EPSF-3.0\n", "EPS")]
    [InlineData("%PDF-1.7\n", "PDF")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'></svg>", "SVG")]
    [InlineData("<?xml version='1.0'?>\n<!-- made by hand -->\n<svg></svg>", "SVG")]
    [InlineData("<!DOCTYPE html>\n<html></html>", "web page")]
    [InlineData("<?xml version='1.0'?><annotation></annotation>", "XML")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "git lfs pull")]
    public void Texts(string content, string name) => AssertNamed(Encoding.ASCII.GetBytes(content), name);

    [Fact]
    public void Kinds_told_by_bytes_further_on()
    {
        AssertNamed([.. new byte[128], .. "DICM"u8, .. new byte[30]], "DICOM");
        AssertNamed([0, 0, 2, .. new byte[40]], "TGA");
        AssertNamed([9, 9, 9, .. new byte[40], .. "TRUEVISION-XFILE.\0"u8], "TGA");
    }

    [Theory]
    [InlineData(0x010F, 2, "NIKON CORPORATION", "NEF")]
    [InlineData(0x010F, 2, "SONY", "ARW")]
    [InlineData(0x010F, 2, "PENTAX", "PEF")]
    [InlineData(0xC612, 1, "\u0001\u0004\0\0", "DNG")]
    public void Cameras_raw_files_that_are_TIFF_by_their_head(int tag, int type, string value, string name)
    {
        var text = Encoding.ASCII.GetBytes(value.PadRight(20, '\0'));
        byte[] thumbnail = [0xFE, 0, 4, 0, 1, 0, 0, 0, 1, 0, 0, 0];
        byte[] entry = [(byte)tag, (byte)(tag >> 8), (byte)type, 0, (byte)text.Length, 0, 0, 0, 38, 0, 0, 0];
        AssertNamed([.. "II*\0"u8, 8, 0, 0, 0, 2, 0, .. thumbnail, .. entry, 0, 0, 0, 0, .. text], name, "develop");
    }

    [AwkwardFact]
    public void Reported_files()
    {
        var files = AwkwardFiles.ReadReported();
        if (files.Count == 0)
            return;
        AssertNamed(files["42_12bit.jpg"], "12 bits");
        AssertNamed(files["14_cgbi.png"], "CgBI");
        AssertNamed(files["85_cr3.jpg"], "CR3");
    }
}
