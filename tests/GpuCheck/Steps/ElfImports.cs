using System.Buffers.Binary;
using System.Text;

namespace SelfSup.GpuCheck.Steps;

/// <summary>The dynamic symbols that an ELF64 library takes from others.</summary>
internal static class ElfImports
{
    private const int DynamicSymbols = 11; // SHT_DYNSYM
    private const int SymbolSize = 24;
    private const int Weak = 2; // STB_WEAK

    /// <summary>Reads them.</summary>
    /// <param name="path">The library.</param>
    /// <returns>Names, and whether the library does without.</returns>
    public static List<(string Name, bool IsOptional)> Read(string path)
    {
        var elf = File.ReadAllBytes(path);
        var imports = new List<(string, bool)>();
        var (table, size, count) = ((int)U64(elf, 0x28), U16(elf, 0x3a), U16(elf, 0x3c));
        for (var section = table; section < table + size * count; section += size)
        {
            if (U32(elf, section + 4) != DynamicSymbols)
                continue;
            var names = (int)U64(elf, table + (int)U32(elf, section + 0x28) * size + 0x18);
            var (start, length) = ((int)U64(elf, section + 0x18), (int)U64(elf, section + 0x20));
            for (var symbol = start; symbol < start + length; symbol += SymbolSize)
            {
                var name = (int)U32(elf, symbol);
                if (name != 0 && U16(elf, symbol + 6) == 0)
                    imports.Add((TextAt(elf, names + name), elf[symbol + 4] >> 4 == Weak));
            }
        }
        return imports;
    }

    private static string TextAt(byte[] elf, int start) => Encoding.ASCII.GetString(elf.AsSpan(start, Array.IndexOf(elf, (byte)0, start) - start));

    private static ushort U16(byte[] elf, int at) => BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(at));

    private static uint U32(byte[] elf, int at) => BinaryPrimitives.ReadUInt32LittleEndian(elf.AsSpan(at));

    private static ulong U64(byte[] elf, int at) => BinaryPrimitives.ReadUInt64LittleEndian(elf.AsSpan(at));
}
