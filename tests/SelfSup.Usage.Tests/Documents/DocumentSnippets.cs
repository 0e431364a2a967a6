using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SelfSup.Usage.Tests.Documents;

/// <summary>The C# of a document of the repository, compiled as it is printed there.</summary>
internal static partial class DocumentSnippets
{
    // What a project of `dotnet new console` and `dotnet new web` has without writing it.
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.Extensions.DependencyInjection;
        """;

    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest);

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
    ];

    public static string Root { get; } = FindRoot();

    /// <summary>The snippets of a document, in their order.</summary>
    public static IReadOnlyList<string> Of(string document) =>
        [.. Snippet().Matches(File.ReadAllText(Path.Combine(Root, document))).Select(match => match.Groups["code"].Value)];

    /// <summary>Compiles a snippet, with the types that the ones before it in the document declare.</summary>
    public static CSharpCompilation Compile(string document, int number)
    {
        var parsed = Of(document).Take(number + 1).Select(code => CSharpSyntaxTree.ParseText(code, Language)).ToArray();
        var before = parsed[..^1].Where(tree => !tree.GetRoot().ChildNodes().OfType<GlobalStatementSyntax>().Any());
        var isProgram = parsed[^1].GetRoot().ChildNodes().OfType<GlobalStatementSyntax>().Any();
        return CSharpCompilation.Create(
            "Snippet", [CSharpSyntaxTree.ParseText(ImplicitUsings, Language), .. before, parsed[^1]], References,
            new(isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "SelfSup.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests run outside the repository.");
        return folder.FullName;
    }

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Snippet();
}
