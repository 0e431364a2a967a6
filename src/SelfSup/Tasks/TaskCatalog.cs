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

    private static readonly Dictionary<string, Func<ITeacher, IPretextTask>> TaughtTasks = new()
    {
        ["distillation"] = teacher => new DistillationTask(teacher),
    };

    /// <summary>The names of all tasks that need nothing but images.</summary>
    public static IReadOnlyList<string> Names => [.. Tasks.Keys];

    /// <summary>The names of tasks that need a teacher besides.</summary>
    public static IReadOnlyList<string> TaughtNames => [.. TaughtTasks.Keys];

    /// <summary>Finds the tasks that can be asked of an encoder and a source.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="frames">Frames of every image of the source: 1, or more if it has clips.</param>
    /// <returns>Their names.</returns>
    public static IReadOnlyList<string> NamesFor(Encoder encoder, int frames) => [.. Names.Where(name => Fits(Create(name), encoder, frames))];

    /// <summary>Creates a task with its default settings.</summary>
    /// <param name="name">One of <see cref="Names"/>, or with a teacher one of <see cref="TaughtNames"/>.</param>
    /// <param name="teacher">Teaches the tasks that need it; others do without. Borrowed: it must outlive the task.</param>
    /// <returns>The task.</returns>
    /// <exception cref="ArgumentException">There is no such task, or it needs a teacher.</exception>
    public static IPretextTask Create(string name, ITeacher? teacher = null)
    {
        if (Tasks.TryGetValue(name, out var create))
            return create();
        if (!TaughtTasks.TryGetValue(name, out var createTaught))
            throw new ArgumentException($"There is no pretext task '{name}'. Known tasks: {string.Join(", ", Names.Concat(TaughtNames))}.", nameof(name));
        return teacher is null
            ? throw new ArgumentException($"The task '{name}' needs a teacher, a network to learn from.", nameof(teacher))
            : createTaught(teacher);
    }

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
