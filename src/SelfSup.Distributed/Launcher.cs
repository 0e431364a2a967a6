using System.Globalization;

namespace SelfSup.Distributed;

/// <summary>What launchers of processes tell them by the environment.</summary>
internal static class Launcher
{
    private const string OpenMpi = "OMPI_COMM_WORLD_SIZE";
    private const string Hydra = "PMI_SIZE"; // MPICH and its kin, Microsoft MPI, and Slurm's PMI
    private const string Slurm = "SLURM_STEP_NUM_TASKS";

    /// <summary>How many processes were started together; null without a launcher.</summary>
    public static int? Size => Read(OpenMpi) ?? Read(Hydra) ?? Read(Slurm);

    /// <summary>This process's place among those of its machine; null if the launcher does not tell.</summary>
    public static int? LocalRank => Read("OMPI_COMM_WORLD_LOCAL_RANK") ?? Read("MPI_LOCALRANKID") ?? Read("SLURM_LOCALID");

    /// <summary>Whether it is Open MPI's.</summary>
    public static bool IsOpenMpi => Read(OpenMpi) is not null;

    /// <summary>Whether it is that of MPICH or another that starts processes as MPICH does.</summary>
    public static bool IsHydra => !IsOpenMpi && Read(Hydra) is not null;

    /// <summary>The processors that this process may run on, as text; empty where the system does not tell.</summary>
    public static string AllowedProcessors => File.Exists("/proc/self/status")
        ? File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("Cpus_allowed:", StringComparison.Ordinal)) ?? ""
        : "";

    /// <summary>Refuses a library that does not know of all processes: each would train by itself, and all write the same files.</summary>
    /// <param name="size">How many it knows of.</param>
    /// <param name="library">What it is.</param>
    /// <exception cref="InvalidOperationException">The launcher started more.</exception>
    public static void RequireSize(int size, string library)
    {
        if (Size != size)
        {
            throw new InvalidOperationException(
                $"The launcher started {Size} processes, and {library} knows of {size}: it is the library of another launcher. "
                + $"Start the program with that library's mpirun, or name the launcher's library in {MpiLibrary.Variable}.");
        }
    }

    private static int? Read(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
