using System.Globalization;
using SelfSup.Encoders;
using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>Finds the places in a file where an encoder's weights are, whatever is wrapped around them.</summary>
/// <remarks>
/// Anything may stand before the names. The encoder's parts may be numbered in their order, as a Sequential made of a network's children
/// does: of torchvision's ResNet that is 0, 1, 4, 5, 6, 7, without the layers that hold no weights. What other ResNets for small images
/// call <c>shortcut</c> is torchvision's <c>downsample</c>, and DINOv2's <c>register_tokens</c> are timm's <c>reg_token</c>; more names are
/// in <see cref="WeightNames"/>.
/// </remarks>
internal sealed class WeightSearch
{
    private const string BatchCounter = ".num_batches_tracked";
    private const int PlacesLimit = 1024;
    private const string Registers = "reg_token";
    private static readonly (string Usual, string Other)[] OtherNames = [(".downsample.", ".shortcut."), (Registers, "register_tokens")];

    private readonly IReadOnlyList<NamedWeight> file;
    private readonly Dictionary<string, NamedWeight> weights;
    private readonly Dictionary<string, Tensor> wanted;
    private readonly string[] parts;

    private readonly IAdaptableWeights? adaptable;

    private WeightSearch(IReadOnlyList<NamedWeight> file, IReadOnlyDictionary<string, Tensor> state, IAdaptableWeights? adaptable)
    {
        this.adaptable = adaptable;
        this.file = file;
        weights = JoinedWeights.ByName(file);
        wanted = state.ToDictionary(StringComparer.Ordinal);
        parts = [.. state.Keys.Select(name => name.Split('.')[0]).Distinct()];
    }

    /// <summary>Finds the places where all weights fit; if there is none, the one that has the most of them.</summary>
    /// <param name="weights">What the file has.</param>
    /// <param name="state">The encoder's state; borrowed.</param>
    /// <param name="adaptable">The encoder, if it takes some weights in other shapes too.</param>
    /// <returns>One place or more, in the order of the file. Batch counters may be missing, as old files lack them.</returns>
    public static IReadOnlyList<WeightSet> Find(
        IReadOnlyList<NamedWeight> weights, IReadOnlyDictionary<string, Tensor> state, IAdaptableWeights? adaptable = null)
    {
        var sets = new WeightSearch(weights, state, adaptable).ListSets();
        var fitting = sets.Where(set => set.Problems.Count == 0).ToList();
        return fitting.Count > 0 ? fitting : [sets.OrderByDescending(set => set.Weights.Count).ThenBy(set => set.Problems.Count).First()];
    }

    private List<WeightSet> ListSets()
    {
        var first = wanted.Keys.First();
        var direct =
            from names in WeightNames.All
            let spelled = names.Of(first)
            where names == WeightNames.Own || spelled != first
            from prefix in ListPrefixes(spelled).Take(PlacesLimit)
            select Look(prefix, parts, names);
        var numbered = ListNumberedPlaces().Take(PlacesLimit).Select(place => Look(place.Prefix, place.Numbers, WeightNames.Own));
        var sets = direct.Concat(numbered).ToList();
        return sets.Count > 0 ? sets : [Look("", parts, WeightNames.Own)];
    }

    private IEnumerable<string> ListPrefixes(string first) => weights.Keys
        .Where(name => name == first || name.EndsWith("." + first, StringComparison.Ordinal))
        .Select(name => name[..^first.Length]);

    // Where as many numbers as the encoder has parts stand after the same names.
    private IEnumerable<(string Prefix, string[] Numbers)> ListNumberedPlaces()
    {
        var places = new Dictionary<string, SortedSet<int>>(StringComparer.Ordinal);
        foreach (var name in weights.Keys)
        {
            var start = 0;
            foreach (var part in name.Split('.'))
            {
                if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                {
                    if (!places.TryGetValue(name[..start], out var numbers))
                        places.Add(name[..start], numbers = []);
                    numbers.Add(number);
                }
                start += part.Length + 1;
            }
        }
        return places
            .Where(place => place.Value.Count >= parts.Length)
            .Select(place => (place.Key, place.Value.Take(parts.Length).Select(number => $"{number}").ToArray()));
    }

    private WeightSet Look(string prefix, string[] places, WeightNames names)
    {
        var found = new Dictionary<string, NamedWeight>(StringComparer.Ordinal);
        var problems = new List<string>();
        foreach (var (name, tensor) in wanted)
        {
            var inFile = prefix + names.Of(InPlace(name, places));
            if (FindWeight(inFile) is { } weight)
            {
                found.Add(name, weight);
                if (Difference(name, weight, tensor) is { } difference)
                    problems.Add(difference);
            }
            else if (!name.EndsWith(BatchCounter, StringComparison.Ordinal))
            {
                problems.Add($"{inFile} is missing");
            }
        }
        if (problems.Count == 0)
            problems.AddRange(ListUnknown(prefix, places, names, found));
        return new(prefix, found, problems);
    }

    private string InPlace(string name, string[] places)
    {
        var part = name.Split('.')[0];
        return places[Array.IndexOf(parts, part)] + name[part.Length..];
    }

    private NamedWeight? FindWeight(string name) =>
        weights.GetValueOrDefault(name)
        ?? OtherNames.Select(pair => weights.GetValueOrDefault(name.Replace(pair.Usual, pair.Other, StringComparison.Ordinal))).FirstOrDefault(weight => weight is not null);

    // More weights in the encoder's own parts are those of a deeper network, which computes something else, as does one with registers.
    private IEnumerable<string> ListUnknown(string prefix, string[] places, WeightNames names, Dictionary<string, NamedWeight> found)
    {
        var known = found.Values.SelectMany(weight => weight.Parts).ToHashSet(StringComparer.Ordinal);
        var starts = places.Select(place => prefix + names.Of($"{place}.")).ToArray();
        var registers = FindWeight(prefix + names.Of(Registers))?.Name;
        return file.Select(weight => weight.Name)
            .Where(name => !known.Contains(name) && !name.EndsWith(BatchCounter, StringComparison.Ordinal))
            .Where(name => name == registers || starts.Any(start => name.StartsWith(start, StringComparison.Ordinal)))
            .Select(name => $"{name} is unknown");
    }

    private string? Difference(string name, NamedWeight weight, Tensor own)
    {
        if (weight.Type is not { } type)
            return $"{weight.Name} is {weight.TypeName}, which is not read";
        if (!own.shape.SequenceEqual(weight.Shape) && adaptable?.CanAdapt(name, weight.Shape) != true)
            return $"{weight.Name} is [{string.Join(", ", weight.Shape)}] instead of [{string.Join(", ", own.shape)}]";
        return own.dtype == type || (own.is_floating_point() && IsFloatingPoint(type))
            ? null
            : $"{weight.Name} is {weight.TypeName} instead of {own.dtype}";
    }

    private static bool IsFloatingPoint(ScalarType type) =>
        type is ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16;
}
