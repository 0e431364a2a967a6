using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SelfSup.Runtime;

namespace SelfSup.GpuCheck.Steps;

/// <summary>
/// Looks up every symbol that is taken from libtorch. The system would miss a function only when it is called: libraries are bound
/// lazily.
/// </summary>
internal static partial class SymbolsStep
{
    // A mark of GCC 13's headers that does nothing; the library lets the glue load without it.
    private const string Dispensable = "_ZSt21ios_base_library_initv";

    public static void Run(CheckSettings settings, Findings findings)
    {
        if (!OperatingSystem.IsLinux())
            throw new SkippedException("libraries are looked into on Linux alone");
        NativeTorch.EnsureLoaded();
        NativeTorch.TryFind("libtorch_cuda", out _);
        var libraries = LoadedLibraries.Handles;
        CheckGlue(libraries, findings);
        CheckLibrary(libraries, findings);
        findings.Require(Autocast.IsSupported, "autocast to bfloat16 is not reached");
    }

    private static void CheckGlue(nint[] libraries, Findings findings)
    {
        var glue = LoadedLibraries.Paths.First(path => Path.GetFileName(path).StartsWith("libLibTorchSharp", StringComparison.Ordinal));
        var imports = ElfImports.Read(glue);
        var missing = imports.Where(import => !import.IsOptional && import.Name != Dispensable && !IsIn(libraries, import.Name))
            .Select(import => import.Name).ToArray();
        findings.Add("glue_symbols", imports.Count);
        findings.Add("glue_missing", new JsonArray([.. missing.Select(name => (JsonNode)name)]));
        findings.Require(imports.Count > 1000, $"{glue} asks for {imports.Count} symbols only; it was not read rightly");
        findings.Require(missing.Length == 0, $"{missing.Length} of the glue's symbols are missing");
    }

    /// <summary>The names that this library calls by itself stand in its code as mangled names, or as their beginnings and ends.</summary>
    private static void CheckLibrary(nint[] libraries, Findings findings)
    {
        var texts = Literals(typeof(NativeTorch).Assembly.Location);
        var beginnings = texts.Where(text => text.StartsWith("_Z", StringComparison.Ordinal)).ToArray();
        var ends = texts.Where(text => MangledEnd().IsMatch(text)).ToArray();
        string[] missing =
        [
            .. beginnings.Where(name => !IsIn(libraries, name) && !ends.Any(end => IsIn(libraries, name + end))),
            .. ends.Where(end => !beginnings.Any(beginning => IsIn(libraries, beginning + end))),
        ];
        findings.Add("library_symbols", beginnings.Length + ends.Length);
        findings.Add("library_missing", new JsonArray([.. missing.Select(name => (JsonNode)name)]));
        findings.Require(beginnings.Length > 0 && ends.Length > 0, "no mangled name is found in the library, which has some");
        findings.Require(missing.Length == 0, $"{missing.Length} of the library's own symbols are missing");
    }

    private static bool IsIn(nint[] libraries, string name) => libraries.Any(library => NativeLibrary.TryGetExport(library, name, out _));

    private static HashSet<string> Literals(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        var texts = new HashSet<string>();
        for (var handle = MetadataTokens.UserStringHandle(1); !handle.IsNil; handle = metadata.GetNextHandle(handle))
            texts.Add(metadata.GetUserString(handle));
        return texts;
    }

    [GeneratedRegex(@"^\d+[a-z]\w*E\w+$")]
    private static partial Regex MangledEnd();
}
