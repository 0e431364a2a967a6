using SelfSup.Comparisons;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Comparisons;

/// <summary>What candidates are tested on they have not learned from, however the labeled images and the others overlap.</summary>
public class HeldOutImagesTests
{
    private static readonly ProceduralImages Images = new(96, seed: 1);

    [Fact]
    public void Labeled_images_of_other_pixels_leave_all_to_learn_from()
    {
        var held = Of(Images, new ProceduralImages(40, seed: 2));
        Assert.Same(Images, held.Images);
        Assert.Equal(Enumerable.Range(0, 40), held.Tested);
    }

    [Fact]
    public void Labeled_images_that_are_among_the_others_are_kept_out()
    {
        var held = Of(Images, new LabeledSubset(Images, [5, 90, 17, 40]));
        Assert.Equal(Enumerable.Range(0, 4), held.Tested);
        Assert.Equal(NamesOf(Images).Except(new[] { 5, 90, 17, 40 }.Select(Images.NameOf)), NamesOf(held.Images));
    }

    [Fact]
    public void Where_all_are_labeled_a_quarter_is_kept_out_and_tested_on()
    {
        var held = Of(Images, Images);
        Assert.Equal(24, held.Tested.Count);
        Assert.Equal(72, held.Images.Count);
        Assert.Empty(NamesOf(held.Images).Intersect(held.Tested.Select(Images.NameOf)));
        Assert.All(held.Tested.CountBy(Images.LabelOf), pair => Assert.InRange(pair.Value, 2, 3));
        Assert.Equal(held.Tested, Of(Images, Images).Tested);
        Assert.NotEqual(held.Tested, Of(Images, Images, seed: 1).Tested);
    }

    [Fact]
    public void Copies_count_as_images_that_are_kept_out()
    {
        int[] places = [.. Enumerable.Repeat(0, 60), .. Enumerable.Range(1, 36)];
        var copied = new LabeledSubset(Images, places);
        var held = Of(copied, copied);
        Assert.Equal(24, copied.Count - held.Images.Count);
        Assert.DoesNotContain(held.Tested, place => places[place] == 0);
        var blank = new LabeledSubset(Images, Enumerable.Repeat(0, 60));
        Assert.Contains("one and the same picture", Assert.Throws<ArgumentException>(() => Of(blank, blank)).Message);
    }

    [Fact]
    public void The_comparison_says_how_many_and_its_candidates_never_read_them()
    {
        var labeled = new LabeledSubset(Images, Enumerable.Range(0, 20));
        var read = new HashSet<string>();
        var learning = new Candidate("rotation", () => new ConvNet(48), new RotationTask()) { BatchSize = 16, MostEpochs = 1 };
        using var comparison = EncoderComparison.Run(
            [learning], new RecordedImages(Images, read), labeled, new() { Device = CPU, Workers = 1, Repetitions = 1 });
        Assert.Equal(20, comparison.KeptOut);
        Assert.Contains("Nothing learned from 20 of the images", comparison.ToTable());
        Assert.Equal(NamesOf(Images).Skip(20).Order(), read.Order());
    }

    private static HeldOutImages Of(IImageSource images, ILabeledImageSource labeled, int seed = 0) =>
        HeldOutImages.Of(images, labeled, new() { Workers = 1, Seed = seed }, default);

    private static IEnumerable<string> NamesOf(IImageSource source) => Enumerable.Range(0, source.Count).Select(source.NameOf);

    /// <summary>Notes which images are read at the size that networks see; to be known again they are read at 32 pixels.</summary>
    private sealed class RecordedImages(IImageSource source, HashSet<string> read) : IImageSource
    {
        public int Count => source.Count;

        public string NameOf(int index) => source.NameOf(index);

        public void Read(int index, int size, Span<byte> pixels) => Read(index, size, 0.5, pixels);

        public void Read(int index, int size, double place, Span<byte> pixels)
        {
            if (size > 32)
                read.Add(source.NameOf(index));
            source.Read(index, size, place, pixels);
        }
    }
}
