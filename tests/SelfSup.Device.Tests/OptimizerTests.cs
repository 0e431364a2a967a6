using SelfSup.Encoders;
using SelfSup.Optimization;
using TorchSharp;
using static TorchSharp.torch;
using Optimizer = SelfSup.Optimization.Optimizer;

namespace SelfSup.DeviceTests;

/// <summary>Every optimizer updates, clips and forgets on the device of its parameters.</summary>
public class OptimizerTests
{
    public static TheoryData<string> Names => [.. OptimizerCatalog.Names];

    [DeviceTheory]
    [MemberData(nameof(Names))]
    public void Parameters_and_state_stay_on_the_device_and_end_as_on_the_CPU(string name)
    {
        using var scope = NewDisposeScope();
        var expected = Train(name, CPU);
        var found = Train(name, SecondDevice.Device);
        foreach (var (one, other) in expected.Zip(found))
        {
            SecondDevice.Holds(other, name);
            Assert.Equal(0, one.sub(other.cpu()).abs().max().item<float>(), 1e-5);
        }
    }

    /// <summary>Two steps, clipped in both ways.</summary>
    private static Tensor[] Train(string name, Device device)
    {
        using var encoder = new ConvNet(16);
        encoder.to(device);
        using var optimizer = OptimizerCatalog.Create(name).Create(
            [.. encoder.named_parameters().Select(pair => new TrainedParameter(pair.name, pair.parameter, 1, pair.parameter.dim() > 1))]);
        using var random = new RandomSource(1, device);
        for (var i = 0; i < 2; i++)
        {
            foreach (var parameter in optimizer.Parameters)
                parameter.Value.grad = random.Normal(parameter.Value.shape);
            using var norm = optimizer.MeasureGradients();
            optimizer.ClipGradients(norm, 1);
            optimizer.ClipEach(0.1);
            optimizer.Step(0.01, 0.05);
        }
        optimizer.Reset(encoder.parameters());
        optimizer.DropGradients();
        return [.. optimizer.Parameters.Select(parameter => parameter.Value.detach().clone())];
    }
}
