using System.Text;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Tests.Transfer;

public sealed class FeatureFileTests : IDisposable
{
    private static readonly int[] Readable = [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    private readonly TemporaryFolder folder = new();
    private readonly TestImages images = new(13, 3) { Unreadable = { 2 } };
    private readonly FeatureSet features;

    public FeatureFileTests()
    {
        using var encoder = new ConvNet(16);
        features = FeatureExtractor.Extract(encoder, images, FeatureLayer.ListOf(encoder));
    }

    [Fact]
    public void NpyHasTheHeaderOfNumpyAndTheValues()
    {
        FeatureFile.WriteNpy(folder["pooled.npy"], features, "stage4");
        var bytes = File.ReadAllBytes(folder["pooled.npy"]);
        Assert.Equal([0x93, .. "NUMPY"u8, 1, 0], bytes[..8]);
        var length = BitConverter.ToUInt16(bytes, 8);
        Assert.Equal(0, (10 + length) % 64);
        Assert.Equal(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (12, 256), }", Encoding.ASCII.GetString(bytes, 10, length).TrimEnd());
        Assert.Equal(features["stage4"].bytes.ToArray(), bytes[(10 + length)..]);
    }

    [Fact]
    public void CsvNamesTheReadableImages()
    {
        FeatureFile.WriteCsv(folder["pooled.csv"], features, "stage4", images);
        var lines = File.ReadAllLines(folder["pooled.csv"]);
        Assert.StartsWith("image,feature0,feature1,", lines[0]);
        Assert.Equal(Readable, lines.Skip(1).Select(line => int.Parse(line.Split(',')[0]["test ".Length..])));
        var values = lines[3].Split(',').Skip(1).Select(text => float.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(features["stage4"][2].data<float>().ToArray(), values);
    }

    [Fact]
    public void SafetensorsHoldAllLayersWithIndicesAndLabels()
    {
        FeatureFile.WriteSafetensors(folder["all.safetensors"], features, images);
        using var file = SafetensorsFile.Read(folder["all.safetensors"]);
        Assert.Equal(features.Layers.Order(), file.Tensors.Keys.Except(["indices", "labels"]).Order());
        Assert.Equal(Readable.Select(index => (long)index), file.Tensors["indices"].data<long>().ToArray());
        Assert.Equal(Readable.Select(index => (long)index % 3), file.Tensors["labels"].data<long>().ToArray());
        Assert.All(features.Layers, layer => Assert.True(features[layer].Equals(file.Tensors[layer])));
    }

    public void Dispose()
    {
        features.Dispose();
        folder.Dispose();
    }
}
