using SelfSup.Encoders;
using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class SimSiamTaskTests
{
    private const int Side = 32;

    [Fact]
    public void The_loss_is_the_mean_of_minus_the_cosines_of_predictions_with_projections()
    {
        using var scope = NewDisposeScope();
        var (model, batch) = Create();
        Tensor first = model.Project(batch.Views[0]), second = model.Project(batch.Views[1]);
        var expected = -0.5 * (Cosine(model.Predict(first), second) + Cosine(model.Predict(second), first));
        var loss = model.Objectives[0].ComputeLoss(batch).Value.item<float>();
        Assert.Equal(expected, loss, 1e-5);
        Assert.InRange(loss, -1, 1);

        static double Cosine(Tensor a, Tensor b) => nn.functional.cosine_similarity(a, b, 1, 1e-8).mean().item<float>();
    }

    /// <summary>Without the constants on one side, the projector would have another gradient.</summary>
    [Fact]
    public void The_side_that_is_foretold_has_no_gradient()
    {
        using var scope = NewDisposeScope();
        var (model, batch) = Create();
        var weight = model.named_parameters().First(pair => pair.name.StartsWith("projector.", StringComparison.Ordinal)).parameter;
        model.Objectives[0].ComputeLoss(batch).Value.backward();
        var gradient = weight.grad!.clone();
        Assert.True(WithConstants(detach: true) < 1e-5);
        Assert.True(WithConstants(detach: false) > 1e-2);

        double WithConstants(bool detach)
        {
            weight.grad!.zero_();
            Tensor first = model.Project(batch.Views[0]), second = model.Project(batch.Views[1]);
            var loss = Cosine(model.Predict(first), Target(second)).add(Cosine(model.Predict(second), Target(first))).mul(-0.5);
            loss.backward();
            return weight.grad!.sub(gradient).norm().div(gradient.norm()).item<float>();

            Tensor Target(Tensor z) => detach ? z.detach() : z;
            static Tensor Cosine(Tensor a, Tensor b) => nn.functional.cosine_similarity(a, b, 1, 1e-8).mean();
        }
    }

    [Fact]
    public void Settings_out_of_range_are_named()
    {
        Assert.Contains("SimSiamOptions.Width is 1", Assert.Throws<ArgumentException>(() => new SimSiamTask(new() { Width = 1 })).Message);
        Assert.Contains("SimSiamOptions.Hidden is 0", Assert.Throws<ArgumentException>(() => new SimSiamTask(new() { Hidden = 0 })).Message);
        Assert.Contains("SimSiamOptions.Layers is 11", Assert.Throws<ArgumentException>(() => new SimSiamTask(new() { Layers = 11 })).Message);
        Assert.Contains("SimSiamOptions.Bottleneck is 0", Assert.Throws<ArgumentException>(() => new SimSiamTask(new() { Bottleneck = 0 })).Message);
    }

    private static (SimSiamModel Model, PretextBatch Batch) Create()
    {
        var task = new SimSiamTask();
        var input = TestImages.InputFor(task, 4, Side);
        return (task.CreateModel(new PretextSetup(new ConvNet(Side), 4)), task.Generate(input, new RandomSource(1)));
    }
}
