using SelfSup.Comparisons;
using SelfSup.Encoders;
using SelfSup.Transfer;

namespace SelfSup.Tests.Comparisons;

public class RecommendationTests
{
    private static readonly ConvNet Some = new(32);

    [Fact]
    public void A_clear_lead_is_worth_the_training()
    {
        var (row, reason) = Recommendation.Of([Row("as it is", false, 0.50, 0.52, 0.51), Row("learned", true, 0.60, 0.61, 0.62)]);
        Assert.Equal("learned", row.Name);
        Assert.Contains("leads as it is on labeled images by 10.0 %", reason);
        Assert.DoesNotContain("as long", reason);
    }

    [Fact]
    public void What_two_networks_cost_is_said()
    {
        using var pair = new EncoderPair(new ConvNet(32), new ConvNet(32));
        var (_, reason) = Recommendation.Of([Row("as it is", false, 0.50, 0.52, 0.51), Row("learned", true, 0.60, 0.61, 0.62) with { Encoder = pair }]);
        Assert.Contains("2 times as long", reason);
    }

    /// <summary>The zoom costs no training, but time on every image; so it has to lead clearly, as what learned has to.</summary>
    [Theory]
    [InlineData(0.60, "zoom", "leads as it is on labeled images by 9.0 %")]
    [InlineData(0.52, "as it is", "zoom leads it on labeled images by 1.0 % with a standard error of 2.3 %, which may be chance, and it takes less time.")]
    public void Of_weights_that_learned_nothing_the_quicker_ones_stay_unless_they_clearly_trail(double accuracy, string expected, string why)
    {
        using var zoom = new CenterZoom(new ConvNet(32));
        var (row, reason) = Recommendation.Of(
        [
            Row("zoom", false, accuracy - 0.02, accuracy, accuracy + 0.02) with { Encoder = zoom },
            Row("as it is", false, 0.51, 0.51, 0.51),
            Row("learned", true, 0.40, 0.40, 0.40),
        ]);
        Assert.Equal(expected, row.Name);
        Assert.Contains(why, reason);
    }

    [Fact]
    public void What_learned_must_lead_all_that_did_not()
    {
        using var zoom = new CenterZoom(new ConvNet(32));
        var (row, reason) = Recommendation.Of(
        [
            Row("as it is", false, 0.50, 0.50, 0.50), Row("learned", true, 0.60, 0.64, 0.62), Row("zoom", false, 0.61, 0.61, 0.61) with { Encoder = zoom },
        ]);
        Assert.Equal("zoom", row.Name);
        Assert.Contains("learned leads it on labeled images by 1.0 %", reason);
    }

    /// <summary>A mean lead of 1 point; deviation 2, so the standard error of three halves is 2 x sqrt(1/3 + 1) = 2.3.</summary>
    [Fact]
    public void A_lead_within_its_error_is_not()
    {
        var (row, reason) = Recommendation.Of([Row("learned", true, 0.49, 0.53, 0.51), Row("as it is", false, 0.50, 0.50, 0.50)]);
        Assert.Equal("as it is", row.Name);
        Assert.Contains("by 1.0 % with a standard error of 2.3 %", reason);
    }

    /// <summary>The same figures of tenths, of which each teaches nearly as much as all: 2 x sqrt(1/3 + 1/9) = 1.3.</summary>
    [Fact]
    public void What_is_asked_about_less_than_learned_from_has_a_smaller_error()
    {
        var (_, reason) = Recommendation.Of(
            [Row("learned", true, 10, [0.49, 0.53, 0.51]), Row("as it is", false, 10, [0.50, 0.50, 0.50])]);
        Assert.Contains("by 1.0 % with a standard error of 1.3 %", reason);
    }

    /// <summary>One labeled image that may be tested on: whoever is right about it leads by all there is.</summary>
    [Fact]
    public void A_lead_in_one_part_alone_is_none()
    {
        var (row, reason) = Recommendation.Of([Row("learned", true, 1, [1, 1, 1]), Row("as it is", false, 1, [0, 0, 0])]);
        Assert.Equal("as it is", row.Name);
        Assert.Contains("by 100.0 % in a single trial, which may be chance", reason);
    }

    [Fact]
    public void Weights_that_lead_as_they_are_stay_so() =>
        Assert.Equal("as it is", Recommendation.Of([Row("as it is", false, 0.7, 0.7), Row("learned", true, 0.6, 0.6)]).Row.Name);

    [Fact]
    public void Without_labels_weights_stay_as_they_are_and_else_the_widest_spread_is_named_with_its_limits()
    {
        Assert.Equal("as it is", Recommendation.Of([Row("learned", true) with { Spread = new(1, 90, 90) }, Row("as it is", false)]).Row.Name);
        var (row, reason) = Recommendation.Of([Row("one", true), Row("other", true) with { Spread = new(1, 90, 90) }]);
        Assert.Equal("other", row.Name);
        Assert.Contains("label some images to know", reason);
    }

    private static ComparisonRow Row(string name, bool isTrained, params double[] accuracies) => Row(name, isTrained, folds: 2, accuracies);

    private static ComparisonRow Row(string name, bool isTrained, int folds, double[] accuracies) => new()
    {
        Name = name,
        IsTrained = isTrained,
        Encoder = Some,
        Linear = accuracies.Length > 0 ? accuracies.Average() : null,
        Trials = accuracies.Length > 0 ? new(accuracies, 1.0 / (folds - 1)) : null,
        Spread = new FeatureSpread(1, 50, 50),
    };
}
