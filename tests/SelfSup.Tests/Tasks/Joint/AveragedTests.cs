using SelfSup.Encoders;
using SelfSup.Heads;
using SelfSup.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks.Joint;

public class AveragedTests
{
    [Fact]
    public void A_teacher_drops_no_block_of_a_transformer()
    {
        using var scope = NewDisposeScope();
        using var encoder = new VisionTransformer("vit_tiny", 32, new() { Depth = 4, DropPath = 0.9 });
        using var teacher = new Averaged<Encoder>(encoder.Copy());
        var images = encoder.Normalize(TestImages.Colorful(4, 32));
        teacher.train();
        Assert.True(teacher.Module.forward(images).Equals(teacher.Module.forward(images)));
        encoder.train();
        Assert.False(encoder.forward(images).Equals(encoder.forward(images)));
    }

    [ReferenceFact]
    public void Four_steps_are_those_of_a_momentum_updater()
    {
        using var scope = NewDisposeScope();
        using var online = Linear(21);
        using var average = new Averaged<nn.Module<Tensor, Tensor>>(Linear(22));
        foreach (var step in ReferenceVectors.Get("ema", "steps").EnumerateArray())
        {
            average.Follow(online, step.GetProperty("tau").GetDouble());
            ReferenceAssert.Near(step.GetProperty("teacher"), average.Module.parameters().Single(), 1e-6);
        }

        static nn.Module<Tensor, Tensor> Linear(long seed)
        {
            var linear = nn.Linear(3, 2, hasBias: false);
            linear.weight = nn.Parameter(ReferenceVectors.Fill(seed, 2, 3).to(ScalarType.Float32).DetachFromDisposeScope());
            return linear;
        }
    }

    [Fact]
    public void Parameters_follow_without_gradient_and_statistics_are_its_own()
    {
        using var scope = NewDisposeScope();
        using var encoder = new ConvNet(32);
        using var teacher = new Averaged<Encoder>(encoder.Copy());
        Assert.All(teacher.parameters(), parameter => Assert.False(parameter.requires_grad));
        Assert.All(encoder.parameters(), parameter => Assert.True(parameter.requires_grad));
        using var random = new RandomSource(1);
        encoder.forward(random.Normal(4, 3, 32, 32)).Dispose(); // moves the statistics
        var statistics = teacher.Module.buffers().Select(buffer => buffer.clone()).ToList();
        using (no_grad())
        {
            foreach (var parameter in encoder.parameters())
                parameter.add_(1);
        }
        var before = teacher.Module.parameters().First().clone();
        teacher.Follow(encoder, keep: 0.75);
        Assert.True(teacher.Module.parameters().First().sub(before).sub(0.25).abs().max().item<float>() < 1e-6);
        Assert.All(statistics.Zip(teacher.Module.buffers()), pair => Assert.True(pair.First.Equals(pair.Second)));
        teacher.Follow(encoder, keep: 0);
        Assert.All(encoder.parameters().Zip(teacher.Module.parameters()), pair => Assert.True(pair.First.Equals(pair.Second)));
    }

    [Fact]
    public void Buffers_follow_where_that_is_asked()
    {
        using var scope = NewDisposeScope();
        using var source = nn.BatchNorm1d(2);
        using var average = new Averaged<nn.Module<Tensor, Tensor>>(nn.BatchNorm1d(2), source, averageBuffers: true);
        source.forward(tensor(new float[] { 0, 0, 20, 40 }, 2, 2)).Dispose(); // running means 1 and 2 at a momentum of 0.1
        average.Follow(source, keep: 0.5);
        Assert.Equal([0.5f, 1f], average.Module.state_dict()["running_mean"].data<float>().ToArray());
        Assert.Equal(1, average.Module.state_dict()["num_batches_tracked"].item<long>());
    }

    [Fact]
    public void It_is_a_submodule_in_the_mode_of_its_model_and_stays_untrained_when_moved()
    {
        using var head = new ProjectionHead(4);
        using var average = new Averaged<ProjectionHead>(head.Copy());
        Assert.Contains("module.layers.linear1.weight", average.state_dict().Keys);
        Assert.Contains("module.layers.norm1.running_var", average.state_dict().Keys);
        average.eval();
        Assert.False(average.Module.training);
        average.train();
        Assert.True(average.Module.training);
        average.to(ScalarType.Float64);
        Assert.All(average.parameters(), parameter => Assert.False(parameter.requires_grad));
        Assert.Equal(ScalarType.Float64, average.Module.parameters().First().dtype);
    }

    [Fact]
    public void Following_leaves_no_tensors()
    {
        using var head = new ProjectionHead(4);
        using var average = new Averaged<ProjectionHead>(head.Copy(), averageBuffers: true);
        average.Follow(head, 0.9);
        Assert.Equal(LiveTensors.Count(), LiveTensors.CountAfter(() => average.Follow(head, 0.9)));
    }

    [Fact]
    public void What_cannot_be_followed_is_refused()
    {
        using var head = new ProjectionHead(4);
        using var average = new Averaged<ProjectionHead>(head.Copy());
        using var longer = new ProjectionHead(4, new() { Layers = 3 });
        Assert.Throws<ArgumentException>(() => average.Follow(average.Module, 0.9));
        Assert.Throws<ArgumentException>(() => average.Follow(longer, 0.9));
        Assert.Throws<ArgumentOutOfRangeException>(() => average.Follow(head, 1.01));
        Assert.Throws<ArgumentException>(() => new Averaged<ProjectionHead>(head, head));
    }
}
