using SelfSup.Encoders;
using static TorchSharp.torch;

namespace SelfSup.Tests.Encoders;

public class PositionTableTests
{
    [ReferenceFact]
    public void Sines_and_cosines_are_MAEs()
    {
        using var table = PositionTable.SineCosine(16, 3, 3);
        ReferenceAssert.Near(ReferenceVectors.Get("sincos_positions", "mae"), table, 1e-6);
        Assert.Contains("divisible by 4", Assert.Throws<ArgumentException>(() => PositionTable.SineCosine(10, 2, 2)).Message);
    }

    [Fact]
    public void The_first_half_tells_the_column_and_the_second_the_row_of_any_grid()
    {
        using var scope = NewDisposeScope();
        var table = PositionTable.SineCosine(8, 2, 5).view(2, 5, 8);
        Assert.True(table[0, .., ..4].Equals(table[1, .., ..4]));
        Assert.True(table[.., 0, 4..].Equals(table[.., 4, 4..]));
        Assert.False(table[.., 0, ..4].Equals(table[.., 4, ..4]));
    }

    [ReferenceTheory]
    [InlineData(6)]
    [InlineData(3)]
    [InlineData(2)]
    [InlineData(8)]
    public void Resampling_is_that_of_the_three_code_bases(int side)
    {
        using var scope = NewDisposeScope();
        var table = ReferenceVectors.Fill(90, 1, 17, 2);
        var reference = ReferenceVectors.Get("pos_embed_interpolation", "cases", $"4x4_to_{side}x{side}");
        Check("mae_deit_size_no_antialias", PositionResampling.Plain);
        Check("timm_size_antialias_float32", PositionResampling.Antialiased);
        Check("dino_scale_factor_offset_01", PositionResampling.Offset);

        void Check(string name, PositionResampling rule)
        {
            var grid = PositionTable.Resample(table.narrow(1, 1, 16), (4, 4), (side, side), rule);
            ReferenceAssert.Near(reference.GetProperty(name), cat([table.narrow(1, 0, 1), grid], 1), 1e-6);
        }
    }

    [Theory]
    [InlineData(PositionResampling.Plain)]
    [InlineData(PositionResampling.Antialiased)]
    public void The_same_grid_stays_and_rows_are_no_columns(PositionResampling rule)
    {
        using var scope = NewDisposeScope();
        var grid = ReferenceVectors.Fill(3, 1, 6, 4);
        Assert.True(PositionTable.Resample(grid, (2, 3), (2, 3), rule).allclose(grid));
        var rows = arange(2, ScalarType.Float64).view(2, 1, 1).expand(2, 3, 1).reshape(1, 6, 1);
        var wide = PositionTable.Resample(rows, (2, 3), (2, 7), rule).view(2, 7);
        Assert.True(wide.allclose(arange(2, ScalarType.Float64).view(2, 1).expand(2, 7)));
    }
}
