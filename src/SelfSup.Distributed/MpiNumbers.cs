using System.Runtime.InteropServices;

namespace SelfSup.Distributed;

/// <summary>
/// What a library's header has for MPI's constants: addresses of exported variables in Open MPI, numbers in MPICH, its kin and Microsoft MPI.
/// All travel as <c>nint</c>: a callee that expects an int reads the low half of the register.
/// </summary>
/// <remarks>C's types and not those of fixed width, whose numbers differ between MPICH and Microsoft MPI.</remarks>
internal sealed record MpiNumbers(nint World, nint Byte, nint Float, nint Double, nint LongLong, nint Sum, nint ErrorsReturn, nint InPlace)
{
    private const string OpenMpiWorld = "ompi_mpi_comm_world";

    /// <summary>The constants of a loaded library.</summary>
    public static MpiNumbers Of(nint library) => NativeLibrary.TryGetExport(library, OpenMpiWorld, out _) ? OfOpenMpi(library) : OfMpich;

    // From mpi.h of MPICH 4 and of Microsoft MPI 10.
    private static MpiNumbers OfMpich { get; } = new(
        World: 0x44000000, Byte: 0x4c00010d, Float: 0x4c00040a, Double: 0x4c00080b, LongLong: 0x4c000809, Sum: 0x58000003,
        ErrorsReturn: 0x54000001, InPlace: -1);

    private static MpiNumbers OfOpenMpi(nint library)
    {
        return new(
            Export(OpenMpiWorld), Export("ompi_mpi_byte"), Export("ompi_mpi_float"), Export("ompi_mpi_double"), Export("ompi_mpi_long_long_int"),
            Export("ompi_mpi_op_sum"), Export("ompi_mpi_errors_return"), InPlace: 1);

        nint Export(string name) => NativeLibrary.GetExport(library, name);
    }
}
