namespace SelfSup.Transfer;

/// <summary>How many whole networks an evaluation trains, so that it can tell its length from the first step on.</summary>
/// <param name="receiver">Told how far it is.</param>
/// <param name="trainings">Networks to train in all.</param>
/// <param name="steps">Steps of each.</param>
internal sealed class TrainingPlan(IProgress<ProbeProgress>? receiver, int trainings, int steps)
{
    private int begun;

    /// <summary>Begins the next training.</summary>
    /// <param name="what">What it is for.</param>
    /// <returns>To be told the steps done in it.</returns>
    public IProgress<int> Begin(string what)
    {
        var before = begun++ * steps;
        var training = new TrainingSteps(done => receiver?.Report(new(
            FormattableString.Invariant($"whole network {before / steps + 1} of {trainings} ({what})"), before + done, trainings * steps)));
        training.Report(0);
        return training;
    }

    // Told at once and in order, which Progress<T> would not be.
    private sealed class TrainingSteps(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }
}
