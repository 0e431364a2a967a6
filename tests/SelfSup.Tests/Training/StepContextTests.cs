using SelfSup.Encoders;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Tests.Training;

public class StepContextTests
{
    [Fact]
    public void What_is_kept_has_no_history_outlives_the_scope_and_goes_with_the_step()
    {
        Tensor? kept;
        using (var step = new StepContext(3, 12, 1))
        {
            Assert.Null(step.Kept("keys"));
            using (NewDisposeScope())
            {
                var weights = ones(2).requires_grad_();
                step.Keep("keys", weights.mul(2));
                step.Keep("keys", weights.mul(3)); // in place of the first
            }
            kept = step.Kept("keys");
            Assert.Equal([3f, 3f], kept!.data<float>().ToArray());
            Assert.False(kept.requires_grad);
            Assert.Equal(0.25, step.Progress);
            Assert.True(step.IsTraining);
        }
        Assert.True(kept.IsInvalid);
    }

    [Fact]
    public void A_step_finds_what_its_loss_kept_and_nothing_of_the_step_before()
    {
        var answers = new List<(bool Before, bool After)>();
        var before = false;
        using var encoder = new ConvNet(32);
        using var training = new TrainingStep(encoder, [new WeightedTask(new HookedTask
        {
            Loss = (given, step) =>
            {
                before = step.Kept("answers") is not null;
                step.Keep("answers", given);
                return given.square().mean();
            },
            StepCompleted = (_, step) => answers.Add((before, step.Kept("answers") is { IsInvalid: false })),
        })], 4, new(), CPU);
        using var images = TestImages.Colorful(4, 32);
        using var input = PretextInput.Of(images);
        for (var i = 0; i < 2; i++)
            training.Run([input], i, 10, 0).Dispose();
        Assert.Equal([(false, true), (false, true)], answers);
    }
}
