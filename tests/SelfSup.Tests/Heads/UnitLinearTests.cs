using SelfSup.Heads;
using static TorchSharp.torch;

namespace SelfSup.Tests.Heads;

public class UnitLinearTests
{
    [ReferenceFact]
    public void Logits_and_gradient_are_those_of_weight_normalization()
    {
        using var scope = NewDisposeScope();
        using var layer = new UnitLinear(4, 5);
        var weight = layer.parameters().Single();
        using (no_grad())
            weight.copy_(ReferenceVectors.Fill(93, 5, 4));
        var features = nn.functional.normalize(ReferenceVectors.Fill(94, 3, 4), dim: 1).to(ScalarType.Float32);
        var logits = layer.forward(features);
        ReferenceAssert.Near(ReferenceVectors.Get("weight_norm_last_layer", "logits"), logits, 1e-5);
        logits.mul(ReferenceVectors.Fill(95, 3, 5)).sum().backward();
        ReferenceAssert.Near(ReferenceVectors.Get("weight_norm_last_layer", "grad_v"), weight.grad!, 1e-4);
    }

    [Fact]
    public void Answers_to_unit_vectors_are_cosines_and_a_copy_gives_the_same()
    {
        using var scope = NewDisposeScope();
        using var layer = new UnitLinear(4, 50);
        using (no_grad())
            layer.parameters().Single().mul_(100);
        using var random = new RandomSource(1);
        var features = nn.functional.normalize(random.Normal(8, 4), dim: 1);
        var cosines = layer.forward(features);
        Assert.InRange(cosines.abs().max().item<float>(), 0.5f, 1.00001f);
        using var copy = layer.Copy();
        Assert.True(copy.forward(features).Equals(cosines));
    }
}
