using SelfSup.Optimization;
using SelfSup.Tasks;
using SelfSup.Testing;
using SelfSup.Tests.Tasks.Joint;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class DinoTaskTests
{
    private const string Last = "answers.weight", TeachersLast = "teacherAnswers.module.weight";

    [Fact]
    public void Small_crops_too_keep_the_contract() => PretextTaskCheck.Verify(new DinoTask(new DinoOptions { LocalCrops = 2, FrozenEpochs = 0 }));

    /// <summary>Neither momentum nor weight decay, which would move a layer whose gradient is only zero.</summary>
    [Fact]
    public void The_last_layer_stays_as_it_is_in_the_first_epoch()
    {
        using var scope = NewDisposeScope();
        using var run = new JointRun(new DinoTask(), recipe: TrainingRecipe.Default with { WeightDecay = 0.1 });
        var start = run.State(Last);
        run.Step(0);
        run.Step(1);
        Assert.True(run.State(Last).Equals(start));
        Assert.True(run.State(TeachersLast).Equals(start));
        run.Step(2, epoch: 1);
        Assert.False(run.State(Last).Equals(start));
        Assert.False(run.State(TeachersLast).Equals(start));
    }

    [Fact]
    public void In_a_run_of_one_epoch_the_last_layer_learns_after_a_tenth()
    {
        using var scope = NewDisposeScope();
        using var run = new JointRun(new DinoTask());
        var start = run.State(Last);
        run.Step(9, steps: 100);
        Assert.True(run.State(Last).Equals(start));
        run.Step(10, steps: 100);
        Assert.False(run.State(Last).Equals(start));
    }

    [Theory]
    [InlineData(0, 0.9)]
    [InlineData(50, 0.95)] // half of the way to 1
    public void The_teacher_follows_as_far_as_the_run_is(long step, double keep)
    {
        using var scope = NewDisposeScope();
        using var run = new JointRun(new DinoTask(new DinoOptions { Keep = 0.9, FinalKeep = 1 }));
        var name = run.Encoder.named_parameters().First().name;
        var start = run.Encoder.state_dict()[name].clone();
        Assert.True(run.Model.Result.state_dict()[name].Equals(start));
        run.Step(step, epoch: 0, steps: 100);
        var expected = start.mul(keep).add(run.Encoder.state_dict()[name].mul(1 - keep));
        Assert.True(run.Model.Result.state_dict()[name].allclose(expected, 1e-5, 1e-7));
        Assert.All(run.Model.Result.parameters(), parameter => Assert.True(parameter.grad is null && !parameter.requires_grad));
    }

    [Fact]
    public void The_center_is_moved_after_the_loss()
    {
        using var scope = NewDisposeScope();
        using var run = new JointRun(new DinoTask());
        using var batch = PretextBatch.OfViews(run.Input);
        using var step = new StepContext(0, 10, 0);
        using var loss = run.Model.Objectives[0].Loss(batch, step);
        Assert.Equal(0, run.State("center.center").abs().sum().item<float>());
        var logits = step.Kept("teacher")!;
        Assert.Equal([12, 1024], logits.shape); // two large crops of six images; the teacher sees no small ones
        run.Model.OnStepCompleted(batch, step);
        Assert.True(run.State("center.center").allclose(logits.mean([0]).mul(0.1), 1e-5, 1e-7));
    }

    [Fact]
    public void The_teachers_own_batch_statistics_are_not_the_students()
    {
        using var scope = NewDisposeScope();
        using var run = new JointRun(new DinoTask(new DinoOptions { Keep = 1, FinalKeep = 1, LocalCrops = 1 }));
        run.Step(0);
        var name = run.Encoder.named_buffers().First(pair => pair.name.EndsWith("running_mean")).name;
        Tensor own = run.Model.Result.state_dict()[name], students = run.Encoder.state_dict()[name];
        Assert.True(own.abs().sum().item<float>() > 0); // it normalizes by the batch, so it learns them
        Assert.False(own.Equals(students));
    }

    [Fact]
    public void Metrics_tell_whether_it_collapses()
    {
        using var run = new JointRun(new DinoTask());
        var metrics = run.Step(0);
        Assert.InRange(metrics["dino/deviation"], 0.3f, 1.05f);
        Assert.InRange(metrics["dino/used"], 1 / 6f, 1);
        Assert.InRange(metrics["dino/teacher_entropy"], 0.01f, 1);
    }

    [Fact]
    public void A_picture_shows_the_answer_to_every_crop()
    {
        using var scope = NewDisposeScope();
        var task = new DinoTask(new() { LocalCrops = 4 });
        using var run = new JointRun(task);
        using var batch = PretextBatch.OfViews(run.Input);
        var grid = task.Preview(batch, run.Model);
        Assert.Equal([16, 16, 8, 8, 8, 8], grid.Rows[0].Select(cell => cell.Width));
        Assert.All(grid.Rows.SelectMany(row => row), cell => Assert.Matches("^answer [0-9]+$", cell.Caption));
    }

    [Fact]
    public void Options_out_of_their_range_are_refused()
    {
        Assert.Contains("DinoOptions.Answers is 1", Refusal(new() { Answers = 1 }));
        Assert.Contains("DinoOptions.Keep is 1.1", Refusal(new() { Keep = 1.1 }));
        Assert.Contains("DinoOptions.FinalKeep is -0.1", Refusal(new() { FinalKeep = -0.1 }));
        Assert.Contains("DinoOptions.TeacherTemperature is 0.1", Refusal(new() { TeacherTemperature = 0.1 }));
        Assert.Contains("DinoOptions.FrozenEpochs is -1", Refusal(new() { FrozenEpochs = -1 }));
        Assert.Contains("DinoOptions.LocalCrops is -1", Refusal(new() { LocalCrops = -1 }));

        static string Refusal(DinoOptions options) => Assert.Throws<ArgumentException>(() => new DinoTask(options)).Message;
    }
}
