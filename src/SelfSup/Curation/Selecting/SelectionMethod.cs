using static TorchSharp.torch;

namespace SelfSup.Curation;

/// <summary>A way to choose which images to label, by their features.</summary>
/// <remarks>The same features, labels and settings give the same choice, on one machine with one number of threads.</remarks>
public abstract record SelectionMethod
{
    private protected SelectionMethod()
    {
    }

    /// <summary>Chooses rows of features.</summary>
    /// <param name="features">Float32 (N, D) on the CPU; their length does not count. Borrowed.</param>
    /// <param name="count">How many to choose, at least 1.</param>
    /// <param name="labels">The class of every row that is labeled already, by row; null means none is. They are not chosen again.</param>
    /// <param name="progress">Told the share that is done, 0..1.</param>
    /// <param name="cancellationToken">Asked between blocks of work.</param>
    /// <returns>Rows, the most telling first: the first ones of them are a good choice too.</returns>
    /// <exception cref="ArgumentException">There are not so many rows without a label, or the method needs labels that are not there.</exception>
    public int[] Choose(
        Tensor features, int count, IReadOnlyDictionary<int, int>? labels = null, IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        UnitRows.Check(features);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Validate();
        labels ??= new Dictionary<int, int>();
        if (labels.Keys.Any(row => row < 0 || row >= features.shape[0]))
            throw new ArgumentException($"A label is of row {labels.Keys.First(row => row < 0 || row >= features.shape[0])}; there are {features.shape[0]}.", nameof(labels));
        if (count > features.shape[0] - labels.Count)
            throw new ArgumentException($"{count:N0} images are to be chosen, and {features.shape[0] - labels.Count:N0} have no label. Choose at most as many.", nameof(count));
        using var noGrad = no_grad();
        return ChooseRows(features, count, labels, progress, cancellationToken);
    }

    /// <summary>Checks the settings.</summary>
    private protected abstract void Validate();

    /// <summary>Chooses rows; all that is given is in order.</summary>
    private protected abstract int[] ChooseRows(
        Tensor features, int count, IReadOnlyDictionary<int, int> labels, IProgress<double>? progress, CancellationToken cancellationToken);
}
