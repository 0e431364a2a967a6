using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Previews;
using SelfSup.Tasks;
using SelfSup.Training;

namespace SelfSup.Tests.Training;

/// <summary>Which images previews show.</summary>
public class PreviewImagesTests
{
    [Fact]
    public void OfASourceWithoutClassesTheyComeFromAllOverIt()
    {
        Assert.Equal([6, 18, 31, 43, 56, 68, 81, 93], PreviewImages.Choose(new InMemory(100)));
        Assert.Equal([0, 1, 2], PreviewImages.Choose(new InMemory(3)));
        Assert.All(PreviewImages.Choose(new InMemory(1_000_000_000)), index => Assert.InRange(index, 0, 999_999_999));
    }

    [Theory]
    [InlineData("0 0 0 1 1 1", "0 3 1 4 2 5")]
    [InlineData("0 0 0 0 0 0 0 0 0 1", "0 9 1 2 3 4 5 6")]
    [InlineData("0 1 2 3 4 5 6 7 8 9 10 11 0 1 2 3", "0 2 3 5 6 8 9 11")]
    public void OfEveryClassThereIsOneBeforeThereAreTwo(string labels, string expected)
    {
        int[] numbers = [.. labels.Split(' ').Select(int.Parse)];
        Assert.Equal(expected, string.Join(' ', PreviewImages.Choose(new LabeledImages(new InMemory(numbers.Length), numbers))));
    }

    [Fact]
    public void ARunDrawsThemUnderTheirOwnIndices()
    {
        using var folder = new TemporaryFolder();
        using var encoder = new ConvNet(16);
        var task = new Watched();
        Pretraining.Run(encoder, [new WeightedTask(task)], new ImageSubset(new ProceduralImages(100), [.. Enumerable.Range(0, 100)]), new() { Epochs = 1, BatchSize = 50, RunFolder = folder.Path });
        Assert.Equal([6, 18, 31, 43, 56, 68, 81, 93], task.LastIndices);
        Assert.True(File.Exists(folder["previews/watched.png"]));
    }

    /// <summary>Rotation that notes which images it was given last: those of the preview.</summary>
    private sealed class Watched() : PretextTask("watched")
    {
        private readonly RotationTask rotation = new();

        public long[] LastIndices { get; private set; } = [];

        public override PretextBatch Generate(PretextInput input, RandomSource random)
        {
            LastIndices = input.Indices.data<long>().ToArray();
            return rotation.Generate(input, random);
        }

        public override PretextModel CreateModel(PretextSetup setup) => rotation.CreateModel(setup);

        public override PreviewGrid Preview(PretextBatch batch, PretextModel? model) => rotation.Preview(batch, model);
    }

    private sealed class InMemory(int count) : IImageSource
    {
        public int Count => count;

        public string NameOf(int index) => $"{index}";

        public void Read(int index, int size, Span<byte> pixels) => pixels.Clear();

        public ulong GetFingerprint() => (ulong)count;
    }
}
