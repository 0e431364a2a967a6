namespace SelfSup.Usage.Tests.Programs;

/// <summary>Bad options of the samples: one line that names the option, what was wrong and what it takes, before any other line.</summary>
public sealed class OptionTests : IDisposable
{
    private const string Onnx = "OnnxPredict";
    private readonly TemporaryFolder folder = new();

    public OptionTests()
    {
        SampleFolders.DrawPhotos(folder["photos"]);
        File.WriteAllText(folder["note.txt"], "mine");
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("Pretrain --size abc", "--size is 'abc'; it must be a whole number from 16 to 4,096")]
    [InlineData("Pretrain --size 8", "--size is '8'; it must be a whole number from 16")]
    [InlineData("Pretrain --epochs 0", "--epochs is '0'; it must be a whole number from 1")]
    [InlineData("Pretrain --epochs 99999999999", "--epochs is '99999999999'; it must be a whole number from 1 to 1,000,000")]
    [InlineData("Pretrain --epochs 1.5", "--epochs is '1.5'; it must be a whole number")]
    [InlineData("Pretrain --batch 1", "--batch is '1'; it must be a whole number from 2")]
    [InlineData("Pretrain --lr -1", "--lr is '-1'; it must be a number above 0")]
    [InlineData("Pretrain --lr nan", "--lr is 'nan'; it must be a number above 0")]
    [InlineData("Pretrain --lr 0,01", "--lr is '0,01'; it must be a number above 0")]
    [InlineData("Pretrain --task rotation:1,5", "--task is 'rotation:1,5'; it must be")]
    [InlineData("Probe --encoder note.txt --save run/", "run/'; it must be a file that is not there yet")]
    [InlineData("Pretrain --momentum 1", "--momentum is '1'; it must be a number from 0 to below 1")]
    [InlineData("Pretrain --warmup 2", "--warmup is '2'; it must be a number from 0 to 0.5")]
    [InlineData("Pretrain --crop-area 0", "--crop-area is '0'; it must be a number above 0, at most 1")]
    [InlineData("Pretrain --precision half", "--precision is 'half'; it must be one of float32, bfloat16")]
    [InlineData("Pretrain --encoder vgg", "--encoder is 'vgg'; it must be one of convnet")]
    [InlineData("Pretrain --optimizer adam", "--optimizer is 'adam'; it must be one of sgd, adamw, lars")]
    [InlineData("Pretrain --task sudoku", "--task is 'sudoku'; it must be a task or several")]
    [InlineData("Pretrain --task rotation:0", "--task is 'rotation:0'; it must be")]
    [InlineData("Pretrain --images photos --task distillation --output run", "The task 'distillation' needs a teacher")]
    [InlineData("Pretrain --images photos --task distillation --teacher note.txt --output run", "note.txt'")]
    [InlineData("Pretrain --images photos --task frame-order", "The task 'frame-order' needs clips")]
    [InlineData("Pretrain --device gpu", "--device is 'gpu'; it must be auto, cpu, cuda")]
    [InlineData("Pretrain --images photos --device cuda:77", "--device is cuda:77: ")]
    [InlineData("Pretrain --images missing", "--images is 'missing'; it must be a folder that is there, tar or Parquet files")]
    [InlineData("Pretrain --images note.txt", "note.txt' names '")]
    [InlineData("Pretrain --idx missing", "--idx is 'missing'; it must be a file that is there")]
    [InlineData("Pretrain --idx note.txt", "note.txt' is not an IDX file of images")]
    [InlineData("Pretrain --knn missing --images photos", "--knn is 'missing'; it must be a folder that is there")]
    [InlineData("Pretrain --images photos --output note.txt", "note.txt'; it must be a folder, new or not, and no file")]
    [InlineData("Pretrain --images photos --output note.txt/run", "it must be a folder, new or not, and no file")]
    [InlineData("Pretrain --images photos --pack photos", "it must be a file, new or not, and no folder")]
    [InlineData("Pretrain --images photos --pack note.txt --encoder convnet --output run", "is there and is no file of packed images")]
    [InlineData("Pretrain --images photos --resume --output run", "--resume was given")]
    [InlineData("Pretrain --images photos --epochs 2 --steps 3", "--epochs and --steps")]
    [InlineData("Pretrain", "give one of --images, --cifar10 and --idx")]
    [InlineData("Pretrain --images photos --cifar10 photos", "Give only one of --images, --cifar10 and --idx")]
    [InlineData("Pretrain --cifar10 photos", "data_batch_1.bin' is missing")]
    [InlineData("Pretrain --sise 32", "'--sise'")]
    [InlineData("Pretrain --size", "--size")]
    [InlineData("Pretrain --size 32 --size 64", "--size")]
    [InlineData("Quickstart --epochs x", "--epochs is 'x'; it must be a whole number")]
    [InlineData("Quickstart --images missing", "--images is 'missing'; it must be a folder that is there")]
    [InlineData("Quickstart --output note.txt", "it must be a folder, new or not, and no file")]
    [InlineData("Web --photos photos", "--encoder")]
    [InlineData("Web --encoder missing.onnx --photos photos", "--encoder is 'missing.onnx'; it must be a file that is there")]
    [InlineData("Web --encoder note.txt --photos missing", "--photos is 'missing'; it must be a folder that is there")]
    [InlineData("Web --encoder note.txt --photos photos --port 70000", "--port is '70000'; it must be a whole number from 0 to 65,535")]
    [InlineData("Web --encoder note.txt --photos photos", "note.txt' is no model that ONNX Runtime can run")]
    [InlineData("CustomTask --output note.txt", "it must be a folder, new or not, and no file")]
    [InlineData("CustomTask --epochs -3", "--epochs is '-3'; it must be a whole number")]
    [InlineData("Generate --task rotation", "--task is 'rotation'; it must be one of dcgan, bigan")]
    [InlineData("Generate --batch two", "--batch is 'two'; it must be a whole number")]
    [InlineData("Generate --encoder r3d_18 --output run", "The task 'dcgan' gives the encoder single images")]
    [InlineData("Clips --task rotation", "--task is 'rotation'; it must be one or several of frame-order")]
    [InlineData("Clips --held-out photos", "--held-out goes with --clips")]
    [InlineData("Clips --frames 1", "--frames is '1'; it must be a whole number from 4")]
    [InlineData("Clips --task frame-order --frames 4 --output run", "The task 'frame-order' needs clips of at least 5 frames")]
    [InlineData("Clips --stride 0", "--stride is '0'; it must be a whole number from 1")]
    [InlineData("Probe", "--encoder")]
    [InlineData("Probe --encoder missing", "--encoder is 'missing'; it must be a file or a folder that is there")]
    [InlineData("Probe --encoder photos --train photos --test photos", "photos' holds no weights")]
    [InlineData("Pretrain --images photos --encoder note.txt --output run", "note.txt' is ")]
    [InlineData("Pretrained --labeled missing", "--labeled is 'missing'; it must be a folder that is there")]
    [InlineData("Probe --encoder note.txt --train photos --test photos", "note.txt' is ")]
    [InlineData("Probe --encoder note.txt --labels many", "--labels is 'many'; it must be a whole number from 2")]
    [InlineData("Probe --encoder note.txt --json note.txt", "note.txt'; it must be a file that is not there yet")]
    [InlineData("Probe --encoder note.txt --save photos", "photos'; it must be a file that is not there yet")]
    [InlineData("Probe --encoder note.txt --onnx note.txt/a.onnx", "it must be a file that is not there yet")]
    [InlineData(Onnx, "Give the files of an exported classifier and of an image")]
    [InlineData(Onnx + " missing note.txt", "The model is 'missing'; it must be a file that is there")]
    [InlineData(Onnx + " note.txt note.txt", "note.txt is no ONNX model")]
    [InlineData(Onnx + " note.txt note.txt more", "'more'")]
    public void OneLineTellsWhatToDo(string commandLine, string expected)
    {
        var words = commandLine.Split(' ');
        var (output, error, exitCode) = BuiltProgram.Run($"samples/{words[0]}", [.. words.Skip(1).Select(InFolder)]);
        Assert.Contains(expected, error);
        Assert.StartsWith("error: ", error);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(1, exitCode);
        Assert.Empty(output);
        Assert.DoesNotContain("Parameter", error);
        Assert.DoesNotContain("System.", error);
        Assert.DoesNotContain('\u001b', error);
        Assert.False(Directory.Exists(folder["run"]));
        Assert.Equal("mine", File.ReadAllText(folder["note.txt"]));
    }

    /// <summary>Nobody can write there, not even the administrator: known before the work, not after it.</summary>
    [Theory]
    [InlineData("Probe --encoder note.txt --json /proc/probe.json", "--json is '/proc/probe.json'; it must be a file that is not there yet, in a folder where files can be written")]
    [InlineData("Pretrain --images photos --output /proc/run", "--output is '/proc/run'; it must be a folder, new or not, and no file, where files can be written")]
    public void WhereNothingCanBeWrittenNothingIsBegun(string commandLine, string expected)
    {
        if (OperatingSystem.IsLinux()) // which has this folder
            OneLineTellsWhatToDo(commandLine, expected);
    }

    private string InFolder(string word) => word.Split('/')[0] is "photos" or "run" or "note.txt" ? folder[word] : word;
}
