using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Tasks;
using SelfSup.Tests;
using SelfSup.Tests.Training;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.GpuCheck.Steps;

/// <summary>A run that is cut and resumed against one that is not. A second undisturbed run tells how far the device agrees with itself.</summary>
internal static class ResumeStep
{
    private const int Images = 64;
    private const int CutAtStep = 11; // of 2 x 8
    private const double OwnSpread = 10; // times as far as two undisturbed runs
    private const double Least = 1e-6;

    public static void Run(CheckSettings settings, Findings findings)
    {
        var device = CheckedDevice.Of(settings);
        foreach (var name in new[] { "rotation", "dcgan" })
            findings.Try(name, () => Check(name, device, findings));
    }

    private static void Check(string name, Device device, Findings findings)
    {
        using var scope = NewDisposeScope();
        using TemporaryFolder first = new(), second = new(), cut = new();
        var undisturbed = Pretrain(name, device, first.Path);
        var spread = Difference(undisturbed, Pretrain(name, device, second.Path));
        var isCut = false;
        using (var cancellation = new CancellationTokenSource())
        {
            try
            {
                Pretrain(name, device, cut.Path, call =>
                {
                    if (call == CutAtStep)
                        cancellation.Cancel();
                }, cancellation.Token);
            }
            catch (OperationCanceledException)
            {
                isCut = true;
            }
        }
        var difference = Difference(undisturbed, Pretrain(name, device, cut.Path, resume: true));
        findings.Require(isCut, $"the run of {name} was not cut");
        findings.Add($"{name}_undisturbed_again", spread);
        findings.Add($"{name}_resumed", difference);
        findings.Require(difference <= Math.Max(OwnSpread * spread, device.type == TorchSharp.DeviceType.CUDA ? Least : 0),
            $"the resumed run of {name} differs by {difference:G3}, two undisturbed ones by {spread:G3}");
    }

    /// <returns>The encoder's parameters and buffers on the CPU, in the caller's scope.</returns>
    private static Dictionary<string, Tensor> Pretrain(
        string name, Device device, string folder, Action<int>? beforeCall = null, CancellationToken cancellation = default, bool resume = false)
    {
        using var encoder = new ConvNet(32);
        var options = new PretrainingOptions
        {
            Epochs = 2,
            BatchSize = 8,
            Device = device,
            Precision = Precision.Float32,
            RunFolder = folder,
            Resume = resume,
            Workers = 1,
        };
        var task = new InterruptedTask(TaskCatalog.Create(name), beforeCall ?? (_ => { }));
        Pretraining.Run(encoder, [new WeightedTask(task)], new ProceduralImages(Images), options, cancellationToken: cancellation);
        return ModuleState.Collect(encoder, "").ToDictionary(pair => pair.Key, pair => pair.Value.cpu().to(ScalarType.Float32).clone());
    }

    private static double Difference(Dictionary<string, Tensor> expected, Dictionary<string, Tensor> found) => expected.Max(pair =>
        pair.Value.sub(found[pair.Key]).abs().max().item<float>() / Math.Max(pair.Value.abs().max().item<float>(), Least));
}
