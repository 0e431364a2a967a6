using System.Diagnostics;
using System.Text.Json.Nodes;
using SelfSup.Runtime;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.GpuCheck.Steps;

/// <summary>
/// Time until a training step returns against time until the device has done it. Behind work that lasts much longer, a step that
/// returns only when that work ends waits for the device somewhere.
/// </summary>
internal static class EnqueueStep
{
    private const double BusyMilliseconds = 1000;
    private const double WaitShare = 0.5; // of the work before it
    private const int WarmupSteps = 4;
    private const int Rounds = 3; // the first fills libtorch's stock of pinned memory
    private const int Count = 16;

    public static void Run(CheckSettings settings, Findings findings)
    {
        var device = CheckedDevice.Of(settings);
        // A CPU does everything before it returns: there the step only tries itself.
        var (milliseconds, warmup, rounds, count) = settings.IsCuda ? (BusyMilliseconds, WarmupSteps, Rounds, Count) : (10, 1, 1, 2);
        using var busy = new BusyDevice(device, milliseconds);
        var tasks = new JsonObject();
        foreach (var name in TaskCatalog.Names)
        {
            findings.Try(name, () =>
            {
                using var trial = new TaskTrial(name, device, Autocast.IsSupported ? Precision.BFloat16 : Precision.Float32, count);
                for (var i = 0; i < warmup; i++)
                    trial.Enqueue().Dispose();
                CheckedDevice.Finish(device);
                var (enqueue, finish) = Measure(trial, device, before: null);
                var (behind, all) = Enumerable.Range(0, rounds).Select(_ => Measure(trial, device, busy)).MinBy(times => times.Returned);
                var waits = behind > WaitShare * (all - finish);
                tasks[name] = new JsonObject
                {
                    ["enqueue_ms"] = Findings.Number(enqueue),
                    ["finish_ms"] = Findings.Number(finish),
                    ["enqueue_behind_work_ms"] = Findings.Number(behind),
                    ["finish_behind_work_ms"] = Findings.Number(all),
                };
                findings.Require(!waits || !settings.IsCuda, $"a step of {name} returns after {behind:F0} ms behind {all - finish:F0} ms of work: it waits");
            });
        }
        findings.Add("tasks", tasks);
    }

    private static (double Returned, double Finished) Measure(TaskTrial trial, Device device, BusyDevice? before)
    {
        var start = Stopwatch.GetTimestamp();
        before?.Begin();
        trial.Enqueue().Dispose();
        var returned = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        CheckedDevice.Finish(device);
        return (returned, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }
}
