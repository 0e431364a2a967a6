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
        Assert.DoesNotContain("side by side", reason);
    }

    [Fact]
    public void What_two_networks_cost_is_said()
    {
        using var pair = new EncoderPair(new ConvNet(32), new ConvNet(32));
        var (_, reason) = Recommendation.Of([Row("as it is", false, 0.50, 0.52, 0.51), Row("learned", true, 0.60, 0.61, 0.62) with { Encoder = pair }]);
        Assert.Contains("two networks side by side, which take twice as long", reason);
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
        Trials = accuracies.Length > 0 ? new(accuracies, folds) : null,
        Spread = new FeatureSpread(1, 50, 50),
    };
}
