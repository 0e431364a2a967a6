using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Tests.Transfer;

public class FeatureSpreadTests
{
    [ReferenceFact]
    public void Ranks_and_deviation_are_the_published_formulas()
    {
        using var scope = NewDisposeScope();
        var a = ReferenceVectors.Fill(1, 8, 16);
        var spread = FeatureSpread.Of(a);
        Assert.Equal(Expected("rankme_A"), spread.RankMe, 1e-5);
        Assert.Equal(Expected("effective_rank_centred_A"), spread.EffectiveRank, 1e-5);
        Assert.Equal(Expected("std_l2_biased_times_sqrt_d_A"), spread.Deviation, 1e-5);
        var ofRank2 = ReferenceVectors.Fill(91, 8, 2).mm(ReferenceVectors.Fill(92, 2, 16));
        Assert.Equal(Expected("rankme_rank2"), FeatureSpread.Of(ofRank2).RankMe, 1e-5);
        var identical = a.narrow(0, 0, 1).repeat(8, 1);
        Assert.Equal(Expected("rankme_identical_rows"), FeatureSpread.Of(identical).RankMe, 1e-5);
        Assert.Equal(0, FeatureSpread.Of(identical).Deviation, 1e-6);

        static double Expected(string name) => ReferenceVectors.Get("collapse_indicators", name).GetDouble();
    }

    /// <summary>As many images as features, fewer, and more.</summary>
    [Theory]
    [InlineData(6, 6)]
    [InlineData(4, 6)]
    [InlineData(2000, 6)]
    public void RankMe_counts_directions_of_equal_strength_up_to_images_and_features(int images, int features)
    {
        using var scope = NewDisposeScope();
        var rows = eye(Math.Max(images, features)).narrow(0, 0, images).narrow(1, 0, features);
        if (images > 1024)
            rows = eye(features).repeat(images / features + 1, 1).narrow(0, 0, images);
        Assert.Equal(Math.Min(images, features), FeatureSpread.Of(rows).RankMe, 0.01);
    }

    [Fact]
    public void RankMe_of_equal_or_no_features_is_one_direction()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(1, FeatureSpread.Of(ones(30, 8)).RankMe, 1e-3);
        Assert.Equal(1, FeatureSpread.Of(zeros(30, 8)).RankMe, 1e-3);
    }

    [Fact]
    public void A_mean_counts_for_RankMe_and_not_for_the_effective_rank()
    {
        using var scope = NewDisposeScope();
        var rows = new RandomSource(3).Normal(500, 8);
        var moved = FeatureSpread.Of(rows.add(100));
        Assert.Equal(FeatureSpread.Of(rows).EffectiveRank, moved.EffectiveRank, 1e-3);
        Assert.True(moved.RankMe < 2);
    }

    [Fact]
    public void Rows_that_are_sorted_by_class_all_have_their_part()
    {
        using var scope = NewDisposeScope();
        var sorted = eye(6).repeat_interleave(500, dim: 0); // of a class one direction, class after class
        Assert.Equal(6, FeatureSpread.Of(sorted).RankMe, 0.01);
    }
}
