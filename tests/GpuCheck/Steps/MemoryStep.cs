using SelfSup.Encoders;
using SelfSup.Runtime;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.GpuCheck.Steps;

/// <summary>Batches that do not fit: the error says what was asked for, and a small batch trains afterwards in the same process.</summary>
internal static class MemoryStep
{
    private const int Side = 224;
    private const int FarTooLarge = 1 << 22;
    private const int HugeSide = 4096; // of so many images: more bytes than a processor addresses
    private const int Small = 2;
    private const int LargestTried = 1 << 15;

    public static void Run(CheckSettings settings, Findings findings)
    {
        var device = CheckedDevice.Of(settings);
        using var encoder = new ResNet(50, Side);
        encoder.train();
        var options = new PretrainingOptions { Precision = Precision.Float32 };
        using var step = new TrainingStep(encoder, [new WeightedTask(new RotationTask())], Small, options, device);
        CheckMessage(findings, FarTooLarge, Catch(step, encoder, FarTooLarge, HugeSide));
        findings.Require(Catch(step, encoder, Small) is null, "a small batch does not train after it");
        if (!settings.IsCuda)
            return; // a CPU's memory is everyone's

        // Here memory runs out in the midst of a step, with gradients half done.
        var count = 16;
        InsufficientMemoryException? shortage = null;
        for (; count <= LargestTried && (shortage = Catch(step, encoder, count)) is null; count *= 2)
            findings.Add("largest_batch", count);
        CheckMessage(findings, count, shortage);
        findings.Require(Catch(step, encoder, Small) is null, "a small batch does not train after memory ran out");
    }

    private static void CheckMessage(Findings findings, int count, InsufficientMemoryException? shortage)
    {
        findings.Add("message", shortage?.Message);
        var named = $"'resnet50' on a batch of {count} images of {Side} x {Side} pixels";
        findings.Require(
            shortage is not null && shortage.Message.Contains(named, StringComparison.Ordinal),
            $"a batch of {count} images ends with {shortage?.Message ?? "no error"}");
    }

    private static InsufficientMemoryException? Catch(TrainingStep step, Encoder encoder, int count, int side = Side)
    {
        using var scope = NewDisposeScope();
        // One image, seen as many: the batch itself takes no room.
        using var input = PretextInput.Of(zeros([1, 3, side, side], ScalarType.Byte, step.Device).expand(count, 3, side, side));
        try
        {
            using var metrics = MemoryShortage.Explain(encoder, count, 1, () => step.Run([input], 0, 100, 0));
            CheckedDevice.Finish(step.Device);
            return null;
        }
        catch (InsufficientMemoryException e)
        {
            return e;
        }
    }
}
