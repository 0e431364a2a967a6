using SelfSup.Encoders;
using SelfSup.Tasks;
using SelfSup.Tests.Encoders;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class MaskedImageTaskTests
{
    [ReferenceFact]
    public void The_whole_of_MAE_computes_what_the_authors_does()
    {
        using var scope = NewDisposeScope();
        var reference = ReferenceVectors.Get("mae_forward");
        var options = new VitOptions
        {
            Width = 8,
            Heads = 2,
            Depth = 1,
            PatchSize = 2,
            PositionGrid = 3,
            Positions = VitPositions.SineCosine,
        };
        using var encoder = VisionTransformerTests.Load(options, reference);
        using (no_grad())
        {
            using var table = cat([zeros(1, 1, 8), PositionTable.SineCosine(8, 3, 3)], 1);
            encoder.get_buffer("pos_embed")!.copy_(table);
            ReferenceAssert.Near(reference.GetProperty("pos_embed"), table, 1e-7);
        }
        var task = new MaeTask(new() { PatchSize = 2, DecoderWidth = 8, DecoderDepth = 1, DecoderHeads = 2 });
        using var model = task.CreateModel(new PretextSetup(encoder, 2));
        model.to(ScalarType.Float64);
        VisionTransformerTests.Fill(model, reference, "");

        var images = ReferenceVectors.Fill(8, 2, 3, 6, 6);
        using var noise = ReferenceVectors.Fill(9, 2, 9).add(2).div(4);
        using var batch = MaeBatch.Of(images.alias(), noise, 0.75);
        var predictions = model.Predict(images, batch);
        ReferenceAssert.Near(reference.GetProperty("pred_image0"), predictions[0], 1e-6);
        var targets = SelfSup.Losses.MaskedPatchLoss.Normalize(Patches.Split(images, 2));
        var loss = SelfSup.Losses.MaskedPatchLoss.Of(predictions, targets, batch.Mask);
        ReferenceAssert.Near(reference.GetProperty("loss"), loss, 1e-6);
        loss.backward();
        ReferenceAssert.Near(
            reference.GetProperty("grad_mask_token"), model.named_parameters().Single(pair => pair.name == "mask_token").parameter.grad!, 1e-4);
    }

    [Theory]
    [InlineData(32, 64, 16)]
    [InlineData(96, 144, 36)]
    public void Three_quarters_of_the_patches_are_hidden_other_ones_in_every_image(int side, int patches, int kept)
    {
        using var images = TestImages.Colorful(3, side);
        using var random = new RandomSource(1);
        using var batch = new MaeTask().Generate(images, random);
        Assert.Equal([3, kept], batch.Kept.shape);
        Assert.Equal([3, patches], batch.Mask.shape);
        using var hidden = batch.Mask.sum(1);
        Assert.All(hidden.data<long>().ToArray(), count => Assert.Equal(patches - kept, count));
        Assert.False(batch.Mask[0].Equals(batch.Mask[1]));
        // Those kept are those that are not hidden.
        using var seen = batch.Mask.gather(1, batch.Kept);
        Assert.False(seen.any().item<bool>());
    }

    [Fact]
    public void SimMIM_hides_whole_squares_of_two_patches()
    {
        using var images = TestImages.Colorful(3, 32);
        using var random = new RandomSource(1);
        using var batch = new SimMimTask().Generate(images, random);
        Assert.Equal([3, 8, 8], batch.Mask.shape);
        Assert.All(Enumerable.Range(0, 3), image => Assert.Equal(4 * 10, batch.Mask[image].sum().item<long>()));
        using var corners = batch.Mask[.., TensorIndex.Slice(step: 2), TensorIndex.Slice(step: 2)];
        using var whole = corners.repeat_interleave(2, 1).repeat_interleave(2, 2);
        Assert.True(whole.Equals(batch.Mask));
    }

    [Theory]
    [InlineData("mae")]
    [InlineData("simmim")]
    public void An_encoder_without_patches_is_refused_with_advice(string name)
    {
        using var convolutions = new ConvNet(32);
        var task = TaskCatalog.Create(name);
        Assert.Contains("'convnet' has none; use a vision transformer", Assert.Throws<ArgumentException>(() => task.CheckFits(convolutions, 1)).Message);
        using var coarse = new VisionTransformer("vit_tiny", 32, new() { Depth = 1 }, stem: Stem.Large);
        Assert.Contains("PatchSize to 16", Assert.Throws<ArgumentException>(() => task.CheckFits(coarse, 1)).Message);
        using var odd = new VisionTransformer("vit_tiny", 37, new() { Depth = 1 });
        Assert.Contains("choose 36 or 40 pixels", Assert.Throws<ArgumentException>(() => task.CheckFits(odd, 1)).Message);
        using var fitting = new VisionTransformer("vit_tiny", 36, new() { Depth = 1 });
        task.CheckFits(fitting, 1);
        using var single = new VisionTransformer("vit_tiny", 16, new() { Depth = 1, PatchSize = 16 });
        Assert.Contains("a single patch", Assert.Throws<ArgumentException>(() => new MaeTask(new() { PatchSize = 16 }).CheckFits(single, 1)).Message);
    }

    [Fact]
    public void Squares_must_divide_the_image()
    {
        using var encoder = new VisionTransformer("vit_tiny", 32, new() { Depth = 1 });
        Assert.Contains("MaskSize", Assert.Throws<ArgumentException>(() => new SimMimTask(new() { MaskSize = 12 }).CheckFits(encoder, 1)).Message);
        Assert.Contains("MaskSize", Assert.Throws<ArgumentException>(() => new SimMimTask(new() { MaskSize = 2 }).CheckFits(encoder, 1)).Message);
        new SimMimTask(new() { MaskSize = 16 }).CheckFits(encoder, 1);
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        Refused("MaeOptions.MaskRatio", () => new MaeTask(new() { MaskRatio = 1 }));
        Refused("MaeOptions.DecoderWidth", () => new MaeTask(new() { DecoderWidth = 30 }));
        Refused("MaeOptions.DecoderDepth", () => new MaeTask(new() { DecoderDepth = 0 }));
        Refused("MaeOptions.PatchSize", () => new MaeTask(new() { PatchSize = 0 }));
        Refused("SimMimOptions.MaskRatio", () => new SimMimTask(new() { MaskRatio = 0 }));
        Refused("SimMimOptions.MaskSize", () => new SimMimTask(new() { MaskSize = 0 }));

        static void Refused(string text, Func<IPretextTask> create) =>
            Assert.Contains(text, Assert.Throws<ArgumentException>(create).Message);
    }

    [Theory]
    [InlineData("mae")]
    [InlineData("simmim")]
    public void A_preview_shows_what_is_hidden_and_what_the_model_restores(string name)
    {
        var task = TaskCatalog.Create(name);
        using var encoder = task.CreateEncoder(32);
        using var model = task.CreateModel(encoder);
        using var images = TestImages.Colorful(2, 32);
        using var random = new RandomSource(1);
        using var batch = task.Generate(images, random);
        var rows = task.Preview(batch, model).Rows;
        Assert.Equal(2, rows.Count);
        Assert.Equal(["true image", "the encoder sees", "restored"], rows[0].Select(cell => cell.Caption));
        Assert.Equal(2, task.Preview(batch).Rows[0].Count);
        var (truth, seen, restored) = (rows[0][0].Pixels.ToArray(), rows[0][1].Pixels.ToArray(), rows[0][2].Pixels.ToArray());
        var visible = Enumerable.Range(0, truth.Length).Where(i => seen[i] == truth[i]).ToArray();
        Assert.InRange(visible.Length, truth.Length / 5, truth.Length / 2);
        Assert.All(visible.Where(i => seen[i] != 128), i => Assert.InRange(restored[i], truth[i] - 1, truth[i] + 1));
        Assert.NotEqual(truth, restored);
    }
}
