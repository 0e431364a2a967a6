using System.CommandLine;
using System.Globalization;
using SelfSup.Files;
using SelfSup.Tasks;
using SelfSup.Training;

namespace SelfSup.Samples;

/// <summary>The options that say by which tasks an encoder learns.</summary>
internal sealed class TaskOptions
{
    private readonly Option<(string Name, double Weight)[]?> task = Options.Checked(
        "--task", $"One task, or several with weights such as rotation,colorization:0.5 [default: rotation]. Tasks: {string.Join(", ", AllTasks())}.",
        $"a task or several, with a positive weight or without, such as rotation,colorization:0.5; the tasks are {string.Join(", ", AllTasks())}", Parse);

    private readonly Option<string?> teacher = Options.ExistingFile(
        "--teacher", $"Weights of a network to learn from, of any origin, for the task {string.Join(", ", TaskCatalog.TaughtNames)}.");

    private readonly Option<int?> teacherSize = Options.Whole(
        "--teacher-size", "Side of the images that the teacher looks at [default: the encoder's].", 16, 4096);

    public TaskOptions() => task.CompletionSources.Add([.. AllTasks()]);

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { task, teacher, teacherSize })
            command.Add(option);
        command.Validators.Add(given =>
        {
            if (given.GetResult(teacher) is not null && !(given.GetValue(task) ?? []).Any(one => TaskCatalog.TaughtNames.Contains(one.Name)))
                given.AddError($"--teacher goes with --task {string.Join(" or ", TaskCatalog.TaughtNames)}.");
            if (given.GetResult(teacherSize) is not null && given.GetResult(teacher) is null)
                given.AddError("--teacher-size goes with --teacher.");
        });
    }

    /// <summary>Opens the teacher, which has a copy of its own of the weights; null where none is given.</summary>
    /// <param name="given">The command line.</param>
    /// <param name="imageSize">Side of the encoder's images.</param>
    public EncoderTeacher? OpenTeacher(ParseResult given, int imageSize)
    {
        if (given.GetValue(teacher) is not { } file)
            return null;
        var size = given.GetValue(teacherSize) ?? imageSize;
        using var network = EncoderFile.LoadPretrained(file, out var loaded, size);
        Screen.Say($"The teacher is {network.Architecture} at {size} pixels. {loaded}");
        return new EncoderTeacher(network);
    }

    /// <summary>Makes the tasks.</summary>
    /// <param name="given">The command line.</param>
    /// <param name="taught">The teacher of those that have one.</param>
    public WeightedTask[] Create(ParseResult given, ITeacher? taught) =>
        [.. (given.GetValue(task) is { Length: > 0 } asked ? asked : [("rotation", 1)])
            .Select(one => new WeightedTask(TaskCatalog.Create(one.Name, taught), one.Weight))];

    /// <summary>A task with its weight, as they are given.</summary>
    public static string Describe(WeightedTask weighted) =>
        weighted.Weight == 1 ? weighted.Task.Name : FormattableString.Invariant($"{weighted.Task.Name}:{weighted.Weight}");

    private static IEnumerable<string> AllTasks() => TaskCatalog.Names.Concat(TaskCatalog.TaughtNames);

    private static (string Name, double Weight)[]? Parse(string list)
    {
        var tasks = list.Split(',', StringSplitOptions.TrimEntries).Select(ParseOne).OfType<(string, double)>().ToArray();
        return tasks.Length == list.Count(letter => letter == ',') + 1 ? tasks : null;
    }

    private static (string Name, double Weight)? ParseOne(string text)
    {
        var (name, weight) = text.Split(':') is [var first, var second]
            ? (first, double.TryParse(second, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0)
            : (text, 1);
        return AllTasks().Contains(name) && weight is > 0 and < double.PositiveInfinity ? (name, weight) : null;
    }
}
