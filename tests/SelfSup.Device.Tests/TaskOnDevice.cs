using SelfSup.Tasks;
using SelfSup.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.DeviceTests;

/// <summary>A task of the catalog with an encoder, its head and a batch of images, all on the second device.</summary>
internal sealed class TaskOnDevice : IDisposable
{
    private const int Side = 32;
    private const int Count = 4;

    private static readonly GanOptions Narrow = new() { GeneratorWidth = 16 };

    public TaskOnDevice(string name)
    {
        Task = Create(name);
        Encoder = Task.CreateEncoder(Side);
        Encoder.train();
        Encoder.to(SecondDevice.Device);
        Model = Task.CreateModel(new PretextSetup(Encoder, Count));
        Model.to(SecondDevice.Device);
        using var here = InputFor(Task);
        Input = ToDevice(here);
    }

    public IPretextTask Task { get; }

    public Encoder Encoder { get; }

    public PretextModel Model { get; }

    public PretextInput Input { get; }

    /// <summary>A task of the catalog; those with generators narrow ones, which take seconds instead of minutes.</summary>
    public static IPretextTask Create(string name) => KnownTasks.Create(name) switch
    {
        DcganTask => new DcganTask(Narrow),
        BiganTask => new BiganTask(Narrow),
        VideoGanTask => new VideoGanTask(Narrow),
        var task => task,
    };

    /// <summary>Images, clips or views for a task, few and small, on the CPU.</summary>
    public static PretextInput InputFor(IPretextTask task) => TestImages.InputFor(task, Count, Side);

    /// <summary>The same input on the second device, owned by the caller.</summary>
    public static PretextInput ToDevice(PretextInput input) =>
        new([.. input.Views.Select(view => view.to(SecondDevice.Device))], input.Indices.to(SecondDevice.Device));

    public PretextBatch Generate()
    {
        using var random = new RandomSource(1, SecondDevice.Device);
        return Task.Generate(Input, random);
    }

    public void Dispose()
    {
        Input.Dispose();
        Model.Dispose();
        Encoder.Dispose();
    }
}
