namespace SelfSup.Tasks;

/// <summary>The library's pretext tasks by name, for command lines and tests.</summary>
public static class TaskCatalog
{
    private static readonly Dictionary<string, Func<IPretextTask>> Tasks = new()
    {
        ["rotation"] = () => new RotationTask(),
        ["jigsaw"] = () => new JigsawTask(),
        ["relative-patch"] = () => new RelativePatchTask(),
        ["counting"] = () => new CountingTask(),
        ["colorization"] = () => new ColorizationTask(),
        ["colorization-regression"] = () => new ColorizationTask(new ColorizationOptions { Mode = ColorizationMode.Regression }),
        ["split-brain"] = () => new SplitBrainTask(),
        ["inpainting"] = () => new InpaintingTask(),
        ["inpainting-adversarial"] = () => new InpaintingTask(new InpaintingOptions { Adversarial = true }),
        ["simclr"] = () => new SimClrTask(),
        ["moco"] = () => new MocoTask(),
        ["moco-v3"] = () => new MocoTask(new MocoOptions { Version = MocoVersion.V3 }),
        ["nnclr"] = () => new NnclrTask(),
        ["instance-discrimination"] = () => new InstanceDiscriminationTask(),
        ["barlow-twins"] = () => new BarlowTwinsTask(),
        ["vicreg"] = () => new VicRegTask(),
        ["byol"] = () => new ByolTask(),
        ["simsiam"] = () => new SimSiamTask(),
        ["lejepa"] = () => new LejepaTask(),
        ["swav"] = () => new SwavTask(),
        ["dino"] = () => new DinoTask(),
        ["deepcluster"] = () => new DeepClusterTask(),
        ["deepcluster-v1"] = () => new DeepClusterTask(new DeepClusterOptions { Form = DeepClusterForm.First }),
        ["mae"] = () => new MaeTask(),
        ["simmim"] = () => new SimMimTask(),
        ["dcgan"] = () => new DcganTask(),
        ["bigan"] = () => new BiganTask(),
        ["videogan"] = () => new VideoGanTask(),
        ["frame-order"] = () => new FrameOrderTask(),
        ["clip-order"] = () => new ClipOrderTask(),
        ["video-rotation"] = () => new VideoRotationTask(),
        ["speediness"] = () => new SpeedinessTask(),
    };

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names => [.. Tasks.Keys];

    /// <summary>Finds the tasks that can be asked of an encoder and a source.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="frames">Frames of every image of the source: 1, or more if it has clips.</param>
    /// <returns>Their names.</returns>
    public static IReadOnlyList<string> NamesFor(Encoder encoder, int frames) => [.. Names.Where(name => Fits(Create(name), encoder, frames))];

    /// <summary>Creates a task with its default settings.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <returns>The task.</returns>
    /// <exception cref="ArgumentException">There is no such task.</exception>
    public static IPretextTask Create(string name) => Tasks.TryGetValue(name, out var create)
        ? create()
        : throw new ArgumentException($"There is no pretext task '{name}'. Known tasks: {string.Join(", ", Names)}.", nameof(name));

    private static bool Fits(IPretextTask task, Encoder encoder, int frames)
    {
        try
        {
            task.CheckFits(encoder, frames);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
