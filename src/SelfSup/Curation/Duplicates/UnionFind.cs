namespace SelfSup.Curation;

/// <summary>Groups what pairs join: Galler and Fischer, "An improved equivalence algorithm", 1964.</summary>
internal sealed class UnionFind
{
    private readonly int[] parents;

    /// <summary>Starts with everything by itself.</summary>
    public UnionFind(int count) => parents = [.. Enumerable.Range(0, count)];

    /// <summary>Joins the groups of two.</summary>
    public void Join(int one, int other)
    {
        var (first, second) = (RootOf(one), RootOf(other));
        parents[Math.Max(first, second)] = Math.Min(first, second);
    }

    /// <summary>The groups of two or more, by their first member, each ascending.</summary>
    public IEnumerable<int[]> Groups() =>
        Enumerable.Range(0, parents.Length).GroupBy(RootOf).Select(group => group.ToArray()).Where(group => group.Length > 1);

    /// <summary>The first member of the group that something is in.</summary>
    public int RootOf(int member)
    {
        while (parents[member] != member)
            member = parents[member] = parents[parents[member]];
        return member;
    }
}
