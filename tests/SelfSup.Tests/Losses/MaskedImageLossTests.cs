using SelfSup.Losses;
using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Losses;

public class MaskedImageLossTests
{
    [ReferenceTheory]
    [InlineData("norm_pix", true)]
    [InlineData("plain", false)]
    public void Hidden_patches_are_judged_as_by_MAE(string form, bool normalizes)
    {
        using var scope = NewDisposeScope();
        var reference = ReferenceVectors.Get("mae_loss");
        var patches = Patches.Split(ReferenceVectors.Fill(8, 2, 3, 6, 6), 2);
        ReferenceAssert.Near(reference.GetProperty("patches_image0"), patches[0], 1e-7);
        var noise = ReferenceVectors.Fill(9, 2, 9).add(2).div(4);
        using var batch = MaeBatch.Of(zeros(2, 3, 6, 6), noise, 0.75);
        ReferenceAssert.Near(reference.GetProperty("noise"), noise, 1e-7);
        ReferenceAssert.Near(reference.GetProperty("mask"), batch.Mask, 0);
        ReferenceAssert.Near(reference.GetProperty("ids_restore"), batch.Places, 0);

        var predictions = ReferenceVectors.Fill(12, 2, 9, 12).requires_grad_();
        var loss = MaskedPatchLoss.Of(predictions, normalizes ? MaskedPatchLoss.Normalize(patches) : patches, batch.Mask);
        loss.backward();
        ReferenceAssert.Near(reference.GetProperty($"loss_{form}"), loss, 1e-7);
        if (normalizes)
            ReferenceAssert.Near(reference.GetProperty("grad_pred_norm_pix"), predictions.grad!, 1e-6);
        else
            ReferenceAssert.Near(reference.GetProperty("grad_pred_plain_image0"), predictions.grad![0], 1e-6);
        Assert.Equal(0, predictions.grad!.masked_select(batch.Mask.logical_not().unsqueeze(2)).abs().max().item<double>());
    }

    [ReferenceFact]
    public void As_many_patches_are_kept_as_the_exact_floor_says()
    {
        foreach (var row in ReferenceVectors.Get("mae_keep_counts", "rows").EnumerateArray())
        {
            var (patches, ratio, exact) = (row[0].GetInt32(), row[1].GetDouble(), row[3].GetInt32());
            Assert.Equal(Math.Max(1, exact), MaeBatch.CountKept(patches, ratio));
        }
        Assert.Equal(1, MaeBatch.CountKept(2, 0.01));
    }

    [Fact]
    public void Predicting_nothing_costs_what_the_variance_says()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(1);
        var targets = MaskedPatchLoss.Normalize(random.Normal(2, 5, 48).mul(0.3).add(7));
        var loss = MaskedPatchLoss.Of(zeros(2, 5, 48), targets, ones(2, 5, dtype: ScalarType.Bool));
        Assert.Equal(47.0 / 48, loss.item<float>(), 1e-4);
    }

    [Fact]
    public void Normalized_patches_come_back()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(1);
        var patches = random.Uniform(2, 5, 12);
        Assert.True(MaskedPatchLoss.Denormalize(MaskedPatchLoss.Normalize(patches), patches).allclose(patches, 1e-5, 1e-6));
        var images = random.Uniform(2, 3, 8, 12);
        Assert.True(Patches.Join(Patches.Split(images, 4), 4, 2).Equals(images));
        Assert.Equal([2, 6, 48], Patches.Split(images, 4).shape);
    }

    [ReferenceFact]
    public void Hidden_pixels_are_judged_as_by_SimMIM()
    {
        using var scope = NewDisposeScope();
        var reference = ReferenceVectors.Get("simmim");
        var (images, mask) = (ReferenceVectors.Fill(15, 2, 3, 8, 8), ReferenceVectors.Fill(14, 2, 4, 4).gt(0));
        ReferenceAssert.Near(reference.GetProperty("mask"), mask, 0);
        var predictions = ReferenceVectors.Fill(13, 2, 3, 8, 8).requires_grad_();
        var loss = MaskedPixelLoss.Of(predictions, images, Patches.ToPixels(mask, 2));
        loss.backward();
        ReferenceAssert.Near(reference.GetProperty("loss"), loss, 1e-7);
        ReferenceAssert.Near(reference.GetProperty("grad_image0_channel0"), predictions.grad![0, 0], 1e-6);
        foreach (var row in reference.GetProperty("mask_counts").EnumerateArray())
        {
            var side = row[0].GetInt32() / row[1].GetInt32();
            Assert.Equal(row[4].GetInt32(), SimMimBatch.CountHidden(side * side, row[3].GetDouble()));
        }
    }

    [Fact]
    public void All_and_none_hidden_are_finite()
    {
        using var scope = NewDisposeScope();
        var (images, predictions) = (ones(1, 3, 4, 4), zeros(1, 3, 4, 4));
        Assert.Equal(1, MaskedPixelLoss.Of(predictions, images, ones(1, 1, 4, 4)).item<float>(), 1e-5);
        Assert.Equal(0, MaskedPixelLoss.Of(predictions, images, zeros(1, 1, 4, 4)).item<float>());
    }
}
