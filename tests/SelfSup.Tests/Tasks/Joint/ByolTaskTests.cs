using SelfSup.Encoders;
using SelfSup.Losses;
using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class ByolTaskTests
{
    private const int Side = 32;

    [Fact]
    public void The_teacher_starts_as_a_copy_and_is_not_trained()
    {
        using var scope = NewDisposeScope();
        var (model, batch) = Create(new ByolOptions());
        Assert.True(model.Project(batch.Views[0]).Equals(model.ProjectByTeacher(batch.Views[0])));
        Assert.False(model.ProjectByTeacher(batch.Views[0]).requires_grad);
        var loss = model.Objectives[0].ComputeLoss(batch);
        Assert.InRange(loss.Value.item<float>(), 0, 8);
        loss.Value.backward();
        var trained = model.Objectives[0].Modules.SelectMany(module => module.parameters()).Select(parameter => parameter.Handle).ToHashSet();
        var teachers = model.named_parameters().Where(pair => pair.name.StartsWith("teacher", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(teachers);
        Assert.All(teachers, pair => Assert.False(pair.parameter.requires_grad || trained.Contains(pair.parameter.Handle), pair.name));
        Assert.All(teachers, pair => Assert.Null(pair.parameter.grad));
    }

    /// <summary>w' = t^n w'0 + (1 - t^n) w for a network that stands still, and at the end of a run the teacher does too.</summary>
    [Fact]
    public void The_teacher_follows_by_a_share_that_falls_to_nothing()
    {
        using var scope = NewDisposeScope();
        var (model, batch) = Create(new ByolOptions { TeacherKeeps = 0.5 });
        Tensor projector = Parameter("projector"), teacher = Parameter("teacherProjector");
        using (no_grad())
            projector.add_(1);
        Step(0, 4); // keeps 0.5
        Assert.Equal(0.5, projector.sub(teacher).mean().item<float>(), 1e-4);
        Step(2, 4); // half-way between 0.5 and 1
        Assert.Equal(0.5 * 0.75, projector.sub(teacher).mean().item<float>(), 1e-4);
        Step(4, 4);
        Assert.Equal(0.5 * 0.75, projector.sub(teacher).mean().item<float>(), 1e-4);

        void Step(long step, long steps)
        {
            using var context = new StepContext(step, steps, 0);
            model.OnStepCompleted(batch, context);
        }

        Tensor Parameter(string prefix) =>
            model.named_parameters().First(pair => pair.name.StartsWith($"{prefix}.", StringComparison.Ordinal) && pair.parameter.dim() == 2).parameter;
    }

    [Fact]
    public void The_loss_is_the_sum_of_both_directions()
    {
        using var scope = NewDisposeScope();
        var (model, batch) = Create(new ByolOptions());
        Tensor first = model.Project(batch.Views[0]), second = model.Project(batch.Views[1]);
        var expected = NegativeCosine.SquaredDistance(model.Predict(first), second).item<float>()
            + NegativeCosine.SquaredDistance(model.Predict(second), first).item<float>();
        Assert.Equal(expected, model.Objectives[0].ComputeLoss(batch).Value.item<float>(), 1e-4);
    }

    [Fact]
    public void Settings_out_of_range_are_named()
    {
        Assert.Contains("ByolOptions.TeacherKeeps is 1.5", Assert.Throws<ArgumentException>(() => new ByolTask(new() { TeacherKeeps = 1.5 })).Message);
        Assert.Contains("ByolOptions.Width is 1", Assert.Throws<ArgumentException>(() => new ByolTask(new() { Width = 1 })).Message);
        Assert.Contains("ByolOptions.Hidden is 0", Assert.Throws<ArgumentException>(() => new ByolTask(new() { Hidden = 0 })).Message);
    }

    private static (ByolModel Model, PretextBatch Batch) Create(ByolOptions options)
    {
        var task = new ByolTask(options);
        var model = task.CreateModel(new PretextSetup(new ConvNet(Side), 4));
        var input = TestImages.InputFor(task, 4, Side);
        return (model, task.Generate(input, new RandomSource(1)));
    }
}
