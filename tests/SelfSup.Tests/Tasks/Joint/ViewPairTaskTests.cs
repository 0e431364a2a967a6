using SelfSup.Encoders;
using SelfSup.Previews;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

/// <summary>What the methods share that let two views of an image agree.</summary>
public class ViewPairTaskTests
{
    private const int Side = 32;

    public static TheoryData<string> Names => ["barlow-twins", "vicreg", "byol", "simsiam"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Both_views_are_handed_on_as_they_are(string name)
    {
        var task = TaskCatalog.Create(name);
        Assert.Equal(2, task.Views.Sum(view => view.Count));
        using var input = TestImages.InputFor(task, 3, Side);
        Assert.False(input.Views[0].Equals(input.Views[1]));
        using var batch = task.Generate(input, new RandomSource(1));
        Assert.True(batch.Views[0].Equals(input.Views[0]) && batch.Views[1].Equals(input.Views[1]));
        Assert.Equal(2, batch.Views.Count);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_single_view_is_refused_and_the_task_named(string name)
    {
        using var images = TestImages.Colorful(2, Side);
        var message = Assert.Throws<ArgumentException>(() => TaskCatalog.Create(name).Generate(images, new RandomSource(1))).Message;
        Assert.Contains($"'{name}' compares 2 views", message);
    }

    /// <summary>Order of the views, and of the images in a batch.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void The_loss_is_the_same_for_swapped_views_and_for_images_in_another_order(string name)
    {
        var task = TaskCatalog.Create(name);
        using var encoder = new ConvNet(Side);
        using var model = task.CreateModel(encoder);
        using var scope = NewDisposeScope();
        var input = TestImages.InputFor(task, 6, Side);
        Tensor first = input.Views[0], second = input.Views[1];
        var loss = Loss(first, second);
        var rounding = 1e-4 * Math.Max(1, Math.Abs(loss));
        Assert.Equal(loss, Loss(first.flip(0), second.flip(0)), rounding);
        Assert.Equal(loss, Loss(second, first), rounding);
        Assert.NotEqual(loss, Loss(first, second.flip(0)), rounding);

        double Loss(Tensor one, Tensor two) =>
            model.Objectives[0].ComputeLoss(new PretextBatch([one.alias(), two.alias()])).Value.item<float>();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_collapsed_encoder_sets_off_the_alarm_of_the_projector(string name)
    {
        var task = TaskCatalog.Create(name);
        using var encoder = new ConvNet(Side);
        using var model = task.CreateModel(encoder);
        var alarm = Assert.Single(model.Objectives[0].Alarms);
        Assert.True(Deviation() > alarm.Minimum);
        model.eval(); // without statistics of the batch, which would blow up what rounding leaves
        using (no_grad())
        {
            foreach (var parameter in encoder.parameters())
                parameter.zero_();
        }
        Assert.True(Deviation() < alarm.Minimum);

        double Deviation()
        {
            using var input = TestImages.InputFor(task, 8, Side);
            using var batch = task.Generate(input, new RandomSource(1));
            using var loss = model.Objectives[0].ComputeLoss(batch);
            return loss.Metrics.Single(metric => metric.Name == alarm.Metric).Value.item<float>();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_picture_has_a_row_a_view_and_tells_which_pairs_the_model_finds(string name)
    {
        var task = TaskCatalog.Create(name);
        using var encoder = new ConvNet(Side);
        using var model = task.CreateModel(encoder);
        using var input = TestImages.InputFor(task, 10, Side);
        using var batch = task.Generate(input, new RandomSource(1));
        var plain = task.Preview(batch);
        Assert.Equal([8, 8, 2, 2], plain.Rows.Select(row => row.Count));
        Assert.Equal(Enumerable.Repeat("view 1", 10).Concat(Enumerable.Repeat("view 2", 10)), plain.Rows.SelectMany(row => row).Select(cell => cell.Caption).Order());
        Assert.Contains("one below the other", plain.Legend);
        var answered = task.Preview(batch, model);
        Assert.All(answered.Rows[1], cell => Assert.Matches(@"^view 2: -?[01]\.\d\d$", cell.Caption));
        Assert.All(answered.Rows[1], cell => Assert.NotEqual(PreviewMark.None, cell.Mark));
        // Of equal views every pair is found, and they could not be more alike.
        using var equal = new PretextBatch([input.Views[0].alias(), input.Views[0].alias()]);
        Assert.All(task.Preview(equal, model).Rows[1], cell => Assert.Equal(("view 2: 1.00", PreviewMark.Right), (cell.Caption, cell.Mark)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_run_learns_and_its_features_spread(string name)
    {
        using var encoder = new ConvNet(Side);
        using var folder = new TemporaryFolder();
        var result = Pretraining.Run(
            encoder, [new WeightedTask(TaskCatalog.Create(name))], new SelfSup.Data.ProceduralImages(32, seed: 4),
            new() { Epochs = 3, BatchSize = 16, RunFolder = folder.Path });
        Assert.True(result.Metrics.Single(metric => metric.Key.EndsWith("/deviation")).Value > 0.3);
        Assert.True(File.Exists(folder[$"previews/{name}.png"]));
        Assert.IsType<ShortRunWarning>(Assert.Single(result.Warnings));
    }
}
