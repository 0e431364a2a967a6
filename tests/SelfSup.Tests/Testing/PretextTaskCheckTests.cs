using SelfSup.Encoders;
using SelfSup.Optimization;
using SelfSup.Runtime;
using SelfSup.Testing;
using static TorchSharp.torch;

namespace SelfSup.Tests.Testing;

public class PretextTaskCheckTests
{
    private readonly List<Tensor> leaked = [];
    private int calls;

    [Fact]
    public void A_sound_task_passes_and_so_does_one_with_all_kinds_of_views()
    {
        PretextTaskCheck.Verify(new HookedTask());
        PretextTaskCheck.Verify(new HookedTask { AskedViews = [new(new() { MinimumArea = 0.2 }, count: 2), new(new(), size: 16)] });
        PretextTaskCheck.Verify(new HookedTask { Keeping = encoder => encoder.Copy() });
    }

    [Fact]
    public void Images_that_are_modified_or_disposed_are_found()
    {
        Finds("it modifies the images", new HookedTask
        {
            Generating = (input, _) =>
            {
                input.Images.add_(1);
                return PretextBatch.OfViews(input);
            },
        });
        Finds("input.Images.alias()", new HookedTask { Generating = (input, _) => new PretextBatch(input.Images) });
    }

    [Fact]
    public void Draws_from_elsewhere_are_found()
    {
        Finds("the same seed gives different batches", new HookedTask { Generating = (input, _) => new(input.Images.add(++calls)) });
        Finds("the same seed gives different batches", new HookedTask
        {
            Generating = (input, _) => new(input.Images.alias(), input.Indices.add(++calls)),
        });
        Finds("the same seed gives different batches", new HookedTask
        {
            Generating = (input, _) => new BatchWithMask(input.Images.alias(), input.Indices.add(++calls)),
        });
        Finds("the same seed gives different batches", new HookedTask
        {
            Generating = (input, _) => new([.. Enumerable.Range(0, 1 + calls++ % 2).Select(_ => input.Images.alias())]),
        });
    }

    [Theory]
    [InlineData(0, 1, null)]
    [InlineData(-1, 1, "a label is outside 0..1")]
    [InlineData(0, 2, "a label is outside 0..1")]
    public void Labels_out_of_range_are_found(long first, long second, string? problem)
    {
        if (problem is null)
            PretextTaskCheck.Verify(new LabelingTask(first, second));
        else
            Finds(problem, new LabelingTask(first, second));
    }

    [Fact]
    public void A_loss_that_is_not_finite_is_found() =>
        Finds("the loss of 'answers' is no finite scalar", new HookedTask { Loss = (answers, _) => answers.sum().mul(double.NaN) });

    [Fact]
    public void Parameters_without_gradient_or_objective_are_found()
    {
        Finds("weight gets no gradient from 'answers'", new HookedTask { Beside = nn.Linear(2, 2), TrainsBeside = true });
        Finds("beside.weight is trained by no objective", new HookedTask { Beside = nn.Linear(2, 2) });
        Finds("no gradient reaches the encoder", new HookedTask { Loss = (answers, _) => answers.mul(0).sum() });
    }

    [Fact]
    public void Members_that_throw_are_found()
    {
        Finds("OnStepCompleted fails: broken", new HookedTask { StepCompleted = (_, _) => throw new NotSupportedException("broken") });
        Finds("the preview fails: broken", new HookedTask { Drawing = () => throw new NotSupportedException("broken") });
    }

    [Fact]
    public void What_leaves_tensors_is_found()
    {
        Finds("each step leaves 1 tensors behind", new HookedTask { StepCompleted = (_, _) => Leak() });
        Finds("each step leaves 2 tensors behind", new HookedTask { Drawing = Leak }); // with a model and without
        Finds("each step leaves", new HookedTask
        {
            Loss = (answers, _) =>
            {
                leaked.Add(answers.clone().DetachFromDisposeScope());
                return answers.sub(1).square().mean();
            },
        });

        void Leak() => leaked.Add(zeros(1).DetachFromDisposeScope());
    }

    [Fact]
    public void Members_that_hide_those_of_the_contract_are_found()
    {
        Finds("its Recipe hides that of PretextTask", new HidingRecipeTask());
        Finds("its Views hides that of HookedTask", new HidingViewsTask());
        Finds("its CheckFits hides that of PretextTask", new HidingCheckTask());
    }

    [Fact]
    public void A_task_that_trains_in_float32_only_is_found()
    {
        if (!Autocast.IsSupported)
            return;
        using var weights = ones(HookedTask.Width);
        Finds("training in bfloat16 fails", new HookedTask { Loss = (answers, _) => answers.flatten()[..HookedTask.Width].dot(weights) });
        using var rows = ones(2, HookedTask.Width);
        Finds("OnStepCompleted fails", new HookedTask
        {
            Loss = (answers, step) =>
            {
                step.Keep("answers", answers);
                return answers.to(ScalarType.Float32).sub(1).square().mean();
            },
            StepCompleted = (_, step) => rows.mm(step.Kept("answers")!.t()).Dispose(),
        });
    }

    [Fact]
    public void A_task_for_an_encoder_of_its_own_is_checked_on_that()
    {
        Encoder? given = null;
        var task = new HookedTask { EpochStarting = _ => calls++ };
        PretextTaskCheck.Verify(task, () => given = new NetworkInNetwork(32));
        Assert.Equal(1, calls);
        Assert.NotNull(given);
        Finds("fits neither", new SelfSup.Tasks.SpeedinessTask(), () => new ConvNet(32));
    }

    private static void Finds(string problem, IPretextTask task, Func<Encoder>? createEncoder = null) => Assert.Contains(
        problem, Assert.Throws<InvalidOperationException>(() => PretextTaskCheck.Verify(task, createEncoder ?? (() => new ConvNet(32)))).Message);

    private sealed class BatchWithMask(Tensor images, Tensor mask) : PretextBatch(images)
    {
        public Tensor Mask { get; } = mask;

        public override void Dispose()
        {
            Mask.Dispose();
            base.Dispose();
        }
    }

    private sealed class LabelingTask(long first, long second) : ClassificationTask("labeling", classes: 2)
    {
        protected override LabeledBatch Generate(Tensor images, RandomSource random) =>
            new(cat([images, images.flip(2)]), tensor([first, second]).repeat_interleave(images.shape[0]));
    }

    private sealed class HidingRecipeTask : HookedTask
    {
        public new TrainingRecipe? Recipe => TrainingRecipe.Default;
    }

    private sealed class HidingViewsTask : HookedTask
    {
        public new IReadOnlyList<View> Views => [];
    }

    private sealed class HidingCheckTask : HookedTask
    {
        public new void CheckFits(Encoder encoder, int frames)
        {
        }
    }
}
