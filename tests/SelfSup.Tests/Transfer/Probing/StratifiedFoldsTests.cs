using SelfSup.Transfer;

namespace SelfSup.Tests.Transfer;

public class StratifiedFoldsTests
{
    [Fact]
    public void EveryRowIsHeldOutOnceAndFittedOnElsewhere()
    {
        var labels = Labels(25, 12, 3);
        var folds = StratifiedFolds.Deal(labels, 10, seed: 1);
        Assert.Equal(10, folds.Count);
        Assert.Equal(Enumerable.Range(0, 40).Select(row => (long)row), folds.SelectMany(fold => fold.Validation).Order());
        Assert.All(folds, fold =>
        {
            Assert.Equal(Enumerable.Range(0, 40).Select(row => (long)row), fold.Fit.Concat(fold.Validation).Order());
            Assert.Equal(4, fold.Validation.Length);
            Assert.InRange(fold.Validation.Count(row => labels[(int)row] == 0), 2, 3);
            Assert.InRange(fold.Validation.Count(row => labels[(int)row] == 1), 1, 2);
        });
    }

    [Fact]
    public void TheSeedDecides()
    {
        Assert.Equal(Held(1), Held(1));
        Assert.NotEqual(Held(1), Held(2));

        IEnumerable<long> Held(int seed) => StratifiedFolds.Deal(Labels(25, 12, 3), 10, seed).SelectMany(fold => fold.Validation);
    }

    /// <summary>With two rows of a class one is always left to learn from.</summary>
    [Fact]
    public void FewRowsAreHeldOutOneByOne()
    {
        var labels = Labels(2, 2, 2);
        var folds = StratifiedFolds.Deal(labels, 10, seed: 0);
        Assert.Equal(6, folds.Count);
        Assert.All(folds, fold => Assert.Equal([0, 1, 2], fold.Fit.Select(row => labels[(int)row]).Distinct().Order()));
        Assert.All(StratifiedFolds.Deal(labels, 2, seed: 0), fold => Assert.Equal([0, 1, 2], fold.Fit.Select(row => labels[(int)row]).Order()));
    }

    [Fact]
    public void TheOnlyRowOfAClassIsNeverHeldOut()
    {
        Assert.All(StratifiedFolds.Deal(Labels(3, 1, 3), 10, seed: 0), fold => Assert.Contains(3L, fold.Fit));
        Assert.Throws<ArgumentException>(() => StratifiedFolds.Deal(Labels(1, 1), 10, seed: 0));
    }

    [Fact]
    public void Only_rows_that_may_be_are_held_out_and_all_others_are_always_fitted_on()
    {
        int[] askable = [3, 4, 30, 31, 32];
        var folds = StratifiedFolds.Deal(Labels(25, 12, 3), 10, seed: 0, askable);
        Assert.Equal(askable.Select(row => (long)row), folds.SelectMany(fold => fold.Validation).Order());
        Assert.All(folds, fold => Assert.Equal(Enumerable.Range(0, 40).Select(row => (long)row).Except(fold.Validation), fold.Fit));
    }

    private static int[] Labels(params int[] counts) => [.. counts.SelectMany((count, label) => Enumerable.Repeat(label, count))];
}
