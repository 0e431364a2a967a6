using System.CommandLine;
using SelfSup.Runtime;
using SelfSup.Samples;
using SelfSup.Tool.Verbs;

namespace SelfSup.Tool;

/// <summary>The command line of <c>selfsup</c>.</summary>
internal static class ToolProgram
{
    private const int WrongUsage = 2;

    private static readonly Verb[] Verbs =
    [
        new PretrainVerb(), new ProbeVerb(), new EmbedVerb(), new SelectVerb(), new DuplicatesVerb(), new SuspectsVerb(), new SearchVerb(), new CompareVerb(), new ReportVerb(),
        new ExportVerb(), new PredictVerb(),
    ];

    /// <summary>Runs a command line.</summary>
    /// <param name="arguments">The words after <c>selfsup</c>.</param>
    /// <param name="cancellation">Stops it, as Ctrl+C does.</param>
    /// <returns>The exit code.</returns>
    public static Task<int> RunAsync(string[] arguments, CancellationToken cancellation = default)
    {
        TorchRuntime.TuneForTraining();
        var root = new RootCommand("Learns visual features from unlabeled images, and puts them to work.");
        foreach (var verb in Verbs)
            root.Add(verb.Command);
        VerbHelp.AddTo(root, Verbs);
        return SampleProgram.InvokeAsync(root, arguments, WrongUsage, cancellation);
    }
}
