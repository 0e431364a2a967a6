using System.Text.RegularExpressions;
using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>Weights as encoders have them where a file keeps them in several parts, or in groups.</summary>
internal static partial class JoinedWeights
{
    /// <summary>What stands in the name of a joined weight for the three parts that it is made of.</summary>
    public const string QueryKeyValue = "{query,key,value}";

    private const string First = ".query.", Second = ".key.", Third = ".value.";

    /// <summary>
    /// Lists a file's weights by name: as they are; those of an attention's query, key and value also as one; and those of DINOv2's
    /// checkpoints, whose blocks are numbered in groups, <c>blocks.0.3.</c>, also without the group, <c>blocks.3.</c>.
    /// </summary>
    public static Dictionary<string, NamedWeight> ByName(IReadOnlyList<NamedWeight> weights)
    {
        var named = weights.ToDictionary(weight => weight.Name, StringComparer.Ordinal);
        foreach (var weight in weights)
        {
            if (GroupedBlock().Match(weight.Name) is { Success: true } match)
                named.TryAdd(weight.Name.Remove(match.Groups[1].Index, match.Groups[1].Length), weight);
            if (Join(weight, named) is { } joined)
                named.TryAdd(joined.Name, joined);
        }
        return named;
    }

    private static NamedWeight? Join(NamedWeight query, Dictionary<string, NamedWeight> named)
    {
        if (!query.Name.Contains(First, StringComparison.Ordinal)
            || !named.TryGetValue(query.Name.Replace(First, Second, StringComparison.Ordinal), out var key)
            || !named.TryGetValue(query.Name.Replace(First, Third, StringComparison.Ordinal), out var value))
        {
            return null;
        }
        NamedWeight[] parts = [query, key, value];
        if (query.Shape.Length == 0 || parts.Any(part => part.Type is null || part.Type != query.Type || !part.Shape.SequenceEqual(query.Shape)))
            return null;
        return query with
        {
            Name = query.Name.Replace(First, $".{QueryKeyValue}.", StringComparison.Ordinal),
            Shape = [3 * query.Shape[0], .. query.Shape[1..]],
            Read = () => cat([.. parts.Select(part => part.Read())]),
            Parts = [.. parts.Select(part => part.Name)],
        };
    }

    [GeneratedRegex(@"(?:^|\.)blocks\.(\d+\.)\d+\.")]
    private static partial Regex GroupedBlock();
}
