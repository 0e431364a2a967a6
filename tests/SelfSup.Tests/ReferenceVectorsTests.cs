using static TorchSharp.torch;

namespace SelfSup.Tests;

public class ReferenceVectorsTests
{
    [Fact]
    public void The_first_inputs_are_those_worked_out_by_hand()
    {
        using var inputs = ReferenceVectors.Fill(1, 2, 2);
        Assert.Equal([-101 / 64.0, -80 / 64.0, -27 / 64.0, 1], inputs.flatten().data<double>().ToArray());
        Assert.Equal(ScalarType.Float64, inputs.dtype);
    }

    [ReferenceTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void Inputs_are_the_files(long seed)
    {
        using var inputs = ReferenceVectors.Fill(seed, 8);
        Assert.Equal(ReferenceVectors.Numbers(ReferenceVectors.Get("fill_check", $"seed_{seed}")), inputs.data<double>().ToArray());
    }
}
