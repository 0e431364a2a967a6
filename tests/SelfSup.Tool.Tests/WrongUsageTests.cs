namespace SelfSup.Tool.Tests;

/// <summary>Wrong command lines: one line that names what was wrong and what to do, exit code 2, and nothing begun.</summary>
public sealed class WrongUsageTests(ToolFolder folder) : IClassFixture<ToolFolder>
{
    private const string Encoder = "--encoder @encoder.safetensors";

    [Theory]
    [InlineData("", "Required command was not provided")]
    [InlineData("train", "'train'")]
    [InlineData("pretrain", "--images")]
    [InlineData("pretrain --images missing", "--images is 'missing'; it must be a folder that is there")]
    [InlineData("pretrain --images @photos --task sudoku", "--task is 'sudoku'; it must be a task or several")]
    [InlineData("pretrain --images @photos --epochs 2 --steps 3", "--epochs and --steps")]
    [InlineData("pretrain --images @photos --sise 32", "'--sise'")]
    [InlineData($"probe {Encoder} --train missing --test @photos", "--train is 'missing'; it must be a folder that is there")]
    [InlineData($"probe {Encoder} --train @photos --test @photos --labels 1", "--labels is '1'; it must be a whole number from 2")]
    [InlineData($"probe {Encoder} --train @photos --test @photos --save @note.txt", "it must be a file that is not there yet")]
    [InlineData("embed --encoder missing --images @photos --output @new.csv", "--encoder is 'missing'; it must be a file or a folder that is there")]
    [InlineData($"embed {Encoder} --images @photos --output @new.txt", "it must end in .csv, .npy or .safetensors")]
    [InlineData($"embed {Encoder} --images @photos", "--output")]
    [InlineData($"select {Encoder} --images missing", "--images is 'missing'; it must be a folder that is there")]
    [InlineData($"select {Encoder} --images @photos --count 0", "--count is '0'; it must be a whole number from 1")]
    [InlineData($"select {Encoder} --images @photos --method luck", "--method is 'luck'; it must be one of herding")]
    [InlineData("duplicates --images missing", "--images is 'missing'; it must be a folder that is there")]
    [InlineData("duplicates --images @photos --test @photos", "give --encoder too")]
    [InlineData($"duplicates {Encoder} --images @photos --closeness 2", "--closeness is '2'; it must be a number above 0 and below 1")]
    [InlineData("duplicates --images @photos --closeness 0.3", "--closeness is of features; give --encoder too")]
    [InlineData("duplicates --images @photos --zoom", "--zoom goes with --encoder")]
    [InlineData("compare --images @photos --output @new.safetensors --size 96", "--size goes with --encoder")]
    [InlineData("export --classifier @classifier.safetensors --output @new.onnx --size 96", "--size goes with --encoder")]
    [InlineData("pretrain --images @photos --output @new.run --teacher @encoder.safetensors", "--teacher goes with --task distillation")]
    [InlineData("pretrain --images @photos --output @new.run --teacher-size 64", "--teacher-size goes with --teacher")]
    [InlineData($"search {Encoder} --images @photos", "'search'")]
    [InlineData($"search missing.jpg {Encoder} --images @photos", "The query is 'missing.jpg'; it must be a file that is there")]
    [InlineData($"search @note.txt {Encoder} --images missing", "--images is 'missing'; it must be a folder that is there")]
    [InlineData("compare --images missing --output @new.safetensors", "--images is 'missing'; it must be a folder that is there")]
    [InlineData("compare --images @photos --output @new.safetensors --tasks sudoku", "--tasks is 'sudoku'; it must be tasks among")]
    [InlineData("report missing", "The run is 'missing'; it must be a run folder that is there")]
    [InlineData("report @photos", "it must be a run folder that is there")]
    [InlineData("export --output @new.onnx", "Give one of --encoder and --classifier")]
    [InlineData($"export {Encoder} --classifier @note.txt --output @new.onnx", "Give one of --encoder and --classifier")]
    [InlineData("export --encoder missing --output @new.onnx", "--encoder is 'missing'; it must be a file or a folder that is there")]
    [InlineData("predict missing --classifier @classifier.onnx", "The path is 'missing'; it must be a file or a folder that is there")]
    [InlineData("predict @photos --classifier missing", "--classifier is 'missing'; it must be a file that is there")]
    public void OneLineTellsWhatToDo(string commandLine, string expected)
    {
        var run = ToolRun.Of(folder.Words(commandLine));
        Assert.True(run.ExitCode == 2, run.Said);
        Assert.Empty(run.Output);
        Assert.StartsWith("error: ", run.Error);
        Assert.Contains(expected, run.Error);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(Directory.GetFiles(folder[""], "new.*"));
        Assert.Equal("mine", File.ReadAllText(folder["note.txt"]));
    }

    [Theory]
    [InlineData("probe --encoder @note.txt --train @photos --test @photos", "note.txt' is ")]
    [InlineData("embed --encoder @note.txt --images @photos --output @new.csv", "note.txt' is ")]
    [InlineData($"embed {Encoder} --images @photos --output @new.csv --layer stage9", "has no stage 'stage9'")]
    [InlineData($"search @note.txt {Encoder} --images @photos", "note.txt")]
    [InlineData("export --classifier @encoder.safetensors --output @new.onnx", "encoder.safetensors")]
    [InlineData("predict @photos --classifier @encoder.safetensors", "encoder.safetensors")]
    [InlineData("predict @note.txt --classifier @classifier.safetensors", "None of 1 images could be read")]
    [InlineData($"select {Encoder} --images @photos --count 1000", "1,000 images are to be chosen")]
    [InlineData("pretrain --images @photos --output @new.run --encoder convnet --task simclr --crop-area 0.5", "--crop-area would change nothing: simclr")]
    public void WorkThatFailsIsOneLineToo(string commandLine, string expected)
    {
        var run = ToolRun.Of(folder.Words($"{commandLine} --json"));
        Assert.True(run.ExitCode == 1, run.Said);
        Assert.Empty(run.Output);
        var error = Assert.Single(run.Error.Split('\n'), line => line.StartsWith("error: ", StringComparison.Ordinal));
        Assert.Contains(expected, error);
        Assert.Empty(Directory.GetFiles(folder[""], "new.*"));
    }
}
