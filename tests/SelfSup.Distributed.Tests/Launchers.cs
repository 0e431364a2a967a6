namespace SelfSup.Distributed.Tests;

/// <summary>The launchers of the machine: Debian has them under names of their own, others the one that is called mpirun.</summary>
internal static class Launchers
{
    public const string OpenMpi = "mpirun.openmpi", Mpich = "mpirun.mpich";

    public static IReadOnlyList<string> Installed { get; } = Find();

    private static IReadOnlyList<string> Find()
    {
        if (OperatingSystem.IsWindows())
            return [];
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        string[] named = [.. new[] { OpenMpi, Mpich }.Where(IsThere)];
        return named.Length > 0 ? named : [.. new[] { "mpirun" }.Where(IsThere)];

        bool IsThere(string name) => folders.Any(folder => File.Exists(Path.Combine(folder, name)));
    }
}
