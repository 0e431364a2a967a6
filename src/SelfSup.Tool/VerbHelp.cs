using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using SelfSup.Samples;

namespace SelfSup.Tool;

/// <summary>Adds examples and exit codes to the help.</summary>
internal sealed class VerbHelp(HelpAction inner, IReadOnlyList<Verb> verbs) : SynchronousCommandLineAction
{
    private const string CommandName = "selfsup";

    public override bool ClearsParseErrors => true;

    public static void AddTo(RootCommand root, IReadOnlyList<Verb> verbs)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new VerbHelp((HelpAction)option.Action!, verbs);
    }

    public override int Invoke(ParseResult given)
    {
        var output = given.InvocationConfiguration.Output;
        output.Write(OptionsOf(given));
        if (verbs.FirstOrDefault(verb => verb.Command == given.CommandResult.Command) is { } verb)
        {
            output.WriteLine(verb.Examples.Count == 1 ? "Example:" : "Examples:");
            foreach (var example in verb.Examples)
                output.WriteLine($"  {CommandName} {verb.Command.Name} {example.Replace("\n", " \\\n      ")}");
        }
        else
        {
            output.WriteLine($"{CommandName} VERB --help tells the options of a verb.");
        }
        output.WriteLine("""

            Exit codes:
              0    It is done.
              1    It failed; the last line says why: images or weights that cannot be
                   read, a full disk.
              2    The command line is wrong, such as an option out of its range or a
                   folder that is not there. Nothing was begun.
              130  It was stopped by Ctrl+C.
            """);
        return 0;
    }

    private string OptionsOf(ParseResult given)
    {
        var (configuration, text) = (given.InvocationConfiguration, new StringWriter());
        var output = configuration.Output;
        try
        {
            (configuration.Output, inner.MaxWidth) = (text, Screen.Width);
            inner.Invoke(given);
        }
        finally
        {
            configuration.Output = output;
        }
        // Help calls the command by its file, which cannot have the command's name: another file differs from it in case alone.
        return text.ToString().Replace($"  {RootCommand.ExecutableName} ", $"  {CommandName} ");
    }
}
