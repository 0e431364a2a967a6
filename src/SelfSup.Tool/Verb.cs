using System.CommandLine;
using SelfSup.Data;
using SelfSup.Files;
using SelfSup.Samples;

namespace SelfSup.Tool;

/// <summary>One of the things that <c>selfsup</c> does.</summary>
internal abstract class Verb
{
    private readonly Option<bool> json = new("--json") { Description = "Write one JSON document to standard output, and all else to standard error." };

    /// <summary>Makes the verb; its options are added to <see cref="Command"/>.</summary>
    /// <param name="name">What is typed.</param>
    /// <param name="description">What it does, in a sentence.</param>
    /// <param name="examples">What follows the name, on a line of a terminal or, where that is too short, on several.</param>
    protected Verb(string name, string description, params string[] examples)
    {
        (Command, Examples) = (new Command(name, description), examples);
        Command.SetAction(async (given, cancellation) =>
        {
            if (given.GetValue(json))
                Screen.KeepOutputForDocument();
            var result = await RunAsync(given, cancellation);
            if (given.GetValue(json))
                Screen.Output.WriteLine(JsonText.Document(result));
        });
    }

    public Command Command { get; }

    public IReadOnlyList<string> Examples { get; }

    /// <summary>Does it.</summary>
    /// <returns>What the JSON document says.</returns>
    protected abstract Task<object> RunAsync(ParseResult given, CancellationToken cancellation);

    /// <summary>Takes the verb's options, in the order of its help, and the one that all verbs have.</summary>
    protected void Take(params IEnumerable<Option> options)
    {
        foreach (var option in options.Append(json))
            Command.Add(option);
    }

    /// <summary>Makes an option one that must be given.</summary>
    protected static Option<string?> Required(Option<string?> option)
    {
        option.Required = true;
        return option;
    }

    /// <summary>Names the images that could not be read.</summary>
    protected static void TellUnreadable(IReadOnlyList<ImageFailure> failures) => UnreadableImages.Tell(failures, "by --json");
}
