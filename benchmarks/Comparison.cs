using System.Globalization;
using System.Text;

namespace SelfSup.Benchmarks;

/// <summary>Contenders for the same work, measured in turn, A B A B, so that the machine's moods hit all alike.</summary>
/// <param name="title">What is compared.</param>
/// <param name="unit">What the figures count; more is better.</param>
internal sealed class Comparison(string title, string unit = "images/s")
{
    private readonly List<(string Name, Func<double> Measure, List<double> Figures)> contenders = [];
    private readonly List<string> notes = [];

    /// <summary>Adds a contender.</summary>
    /// <param name="name">Its name in the table.</param>
    /// <param name="measure">Does the work once and returns the figure.</param>
    public void Add(string name, Func<double> measure) => contenders.Add((name, measure, []));

    /// <summary>Adds a line under the table.</summary>
    public void Note(string text) => notes.Add(text);

    /// <summary>Runs all contenders once to warm up, then in turn.</summary>
    public void Run(int rounds)
    {
        foreach (var contender in contenders)
            contender.Measure();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var contender in contenders)
                contender.Figures.Add(contender.Measure());
        }
    }

    /// <summary>The median figure of a contender.</summary>
    public double MedianOf(string name) => Median(contenders.Single(contender => contender.Name == name).Figures);

    /// <summary>A Markdown table: medians, ranges, and every ratio to the contenders above.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder().AppendLine($"### {title}").AppendLine();
        text.AppendLine($"| | {unit}, median | least to most | ratio to the first |").AppendLine("|---|---|---|---|");
        var first = Median(contenders[0].Figures);
        foreach (var (name, _, figures) in contenders)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {name} | {Format(Median(figures))} | {Format(figures.Min())} to {Format(figures.Max())} | {Median(figures) / first:0.00} |");
        }
        text.AppendLine();
        foreach (var note in notes)
            text.AppendLine(note).AppendLine();
        return text.ToString();
    }

    private static string Format(double figure) => figure.ToString(figure < 100 ? "0.00" : "#,0", CultureInfo.InvariantCulture);

    private static double Median(IEnumerable<double> figures)
    {
        var sorted = figures.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
