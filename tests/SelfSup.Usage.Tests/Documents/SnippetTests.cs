using System.Diagnostics;
using Microsoft.CodeAnalysis;
using SkiaSharp;

namespace SelfSup.Usage.Tests.Documents;

/// <summary>What the documents print can be copied into a project and works there.</summary>
public class SnippetTests
{
    private static readonly string[] Documents =
    [
        "README.md", "docs/add-a-task.md", "docs/distributed.md", "docs/web.md", "src/SelfSup/README.md", "src/SelfSup.Data/README.md",
        "src/SelfSup.Distributed/README.md", "src/SelfSup.Extensions.AI/README.md", "src/SelfSup.ImageSharp/README.md",
        "src/SelfSup.OnnxRuntime/README.md", "src/SelfSup.Parquet/README.md", "src/SelfSup.Plots/README.md", "src/SelfSup.Reports/README.md",
    ];

    public static TheoryData<string, int> Snippets
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var document in Documents)
            {
                for (var number = 0; number < DocumentSnippets.Of(document).Count; number++)
                    data.Add(document, number);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Snippets))]
    public void Every_snippet_compiles_as_printed(string document, int number) => Assert.Empty(
        DocumentSnippets.Compile(document, number).GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning));

    [Fact]
    public void No_document_is_without_snippets() => Assert.All(Documents, document => Assert.NotEmpty(DocumentSnippets.Of(document)));

    [Fact]
    public void The_program_of_the_readme_runs_twice()
    {
        using var folder = new TemporaryFolder();
        foreach (var path in new[] { "photos/1", "photos/2", "photos/3", "labeled/cat/1", "labeled/cat/2", "labeled/cat/3" })
            Draw(folder[$"{path}.png"], path[^1], SKColors.Red);
        foreach (var path in new[] { "photos/4", "photos/5", "photos/6", "labeled/dog/1", "labeled/dog/2", "labeled/dog/3", "new" })
            Draw(folder[path == "new" ? "new.jpg" : $"{path}.png"], path[^1], SKColors.Blue);
        // Beside the tests, so that it finds the library and libtorch as they do.
        var program = Path.Combine(AppContext.BaseDirectory, "Snippet.dll");
        var number = DocumentSnippets.Of("README.md").ToList().FindIndex(snippet => snippet.Contains("Pretraining.RunAsync"));
        Assert.True(DocumentSnippets.Compile("README.md", number).Emit(program).Success);

        var (first, errors, code) = Run(program, folder.Path);
        Assert.True(code == 0, errors);
        Assert.Contains("epoch 400 of 400", first);
        Assert.Matches(@"dog \d", first.TrimEnd().Split('\n')[^1]);
        var encoder = File.ReadAllBytes(folder["runs/photos/encoder.safetensors"]);
        (var second, errors, code) = Run(program, folder.Path);
        Assert.True(code == 0, errors);
        Assert.Equal(first.TrimEnd().Split('\n')[^1], second.TrimEnd().Split('\n')[^1]);
        Assert.Equal(encoder, File.ReadAllBytes(folder["runs/photos/encoder.safetensors"]));
    }

    private static (string Output, string Error, int ExitCode) Run(string program, string folder)
    {
        var tests = Path.Combine(AppContext.BaseDirectory, typeof(SnippetTests).Assembly.GetName().Name!);
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet", ["exec", "--depsfile", $"{tests}.deps.json", "--runtimeconfig", $"{tests}.runtimeconfig.json", program])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (output, error.Result, process.ExitCode);
    }

    private static void Draw(string path, char number, SKColor color)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var bitmap = new SKBitmap(64, 64);
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(color);
            using var ink = new SKPaint { Color = SKColors.White };
            canvas.DrawRect(8 * (number % 4), 4, 20, 30, ink);
        }
        using var file = File.Create(path);
        bitmap.Encode(file, path.EndsWith(".jpg") ? SKEncodedImageFormat.Jpeg : SKEncodedImageFormat.Png, 95);
    }
}
