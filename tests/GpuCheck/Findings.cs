using System.Globalization;
using System.Text.Json.Nodes;

namespace SelfSup.GpuCheck;

/// <summary>What a step measured, and what it found wrong.</summary>
internal sealed class Findings
{
    private readonly List<string> problems = [];

    /// <summary>The figures by name, for the step's JSON line.</summary>
    public JsonObject Figures { get; } = [];

    /// <summary>Everything that is wrong; empty when the step passed.</summary>
    public IReadOnlyList<string> Problems => problems;

    /// <summary>Keeps a number, at six digits.</summary>
    public void Add(string name, double figure) => Figures[name] = Number(figure);

    /// <summary>Keeps a text, a list or an object.</summary>
    public void Add(string name, JsonNode? node) => Figures[name] = node;

    /// <summary>Notes a problem.</summary>
    public void Fail(string problem) => problems.Add(problem);

    /// <summary>Notes a problem unless all is well.</summary>
    public void Require(bool isWell, string problem)
    {
        if (!isWell)
            problems.Add(problem);
    }

    /// <summary>Does one part of a step; if it throws, that is a problem, and the other parts are done all the same.</summary>
    public void Try(string part, Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is not SkippedException)
        {
            problems.Add($"{part}: {e.GetType().Name}: {e.Message.Split('\n')[0].Trim()}");
        }
    }

    /// <summary>A number as JSON has it: what is not finite is a text.</summary>
    public static JsonNode Number(double figure) => double.IsFinite(figure)
        ? JsonValue.Create(double.Parse(figure.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture))
        : JsonValue.Create(figure.ToString(CultureInfo.InvariantCulture));
}
