using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>How a table of positions is brought to another grid; all are cubic, and differ in details that shift the features.</summary>
public enum PositionResampling
{
    /// <summary>Plain cubic interpolation, as DeiT and MAE have it.</summary>
    Plain,

    /// <summary>With a wider filter where the grid shrinks, as timm and the models of DINOv2 with registers have it.</summary>
    Antialiased,

    /// <summary>Plain, with coordinates as if the new grid were a tenth of a patch larger, as DINO has it.</summary>
    Offset,
}

/// <summary>Tables of the positions of patches.</summary>
public static class PositionTable
{
    private const double PlainCubic = -0.75, AntialiasedCubic = -0.5, OffsetInPatches = 0.1, Wavelengths = 10_000;

    private static readonly DeviceConstants<(int Old, int New, PositionResampling Rule, ScalarType Type)> matrices =
        new(key => Matrix(key.Old, key.New, key.Rule).to(key.Type));

    /// <summary>
    /// Sines and cosines of column and row, MAE's order: the first half of a token tells the column, the second the row. He et al., 2021,
    /// https://arxiv.org/abs/2111.06377.
    /// </summary>
    /// <param name="width">Length of a token, divisible by 4.</param>
    /// <param name="rows">Rows of patches.</param>
    /// <param name="columns">Columns of patches.</param>
    /// <returns>Float32 (1, rows x columns, width) on the CPU, row by row; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The width is not divisible by 4.</exception>
    public static Tensor SineCosine(int width, int rows, int columns)
    {
        if (width % 4 != 0)
            throw new ArgumentException($"The width is {width}; sines and cosines of two coordinates need one divisible by 4.", nameof(width));
        var quarter = width / 4;
        var values = new float[rows * columns * width];
        for (var token = 0; token < rows * columns; token++)
        {
            for (var i = 0; i < quarter; i++)
            {
                var frequency = Math.Pow(Wavelengths, -(double)i / quarter);
                var (column, row) = (token % columns * frequency, token / columns * frequency);
                double[] parts = [Math.Sin(column), Math.Cos(column), Math.Sin(row), Math.Cos(row)];
                for (var part = 0; part < 4; part++)
                    values[token * width + part * quarter + i] = (float)parts[part];
            }
        }
        return tensor(values, [1, rows * columns, width], device: CPU);
    }

    /// <summary>Brings the positions of a grid to another grid.</summary>
    /// <param name="grid">Positions (1, rows x columns, D), row by row. Borrowed.</param>
    /// <param name="from">Rows and columns that they are of.</param>
    /// <param name="to">Rows and columns to have.</param>
    /// <param name="rule">How.</param>
    /// <returns>Positions (1, rows x columns, D) of the new grid, with a gradient history; owned by the caller.</returns>
    public static Tensor Resample(Tensor grid, (int Rows, int Columns) from, (int Rows, int Columns) to, PositionResampling rule)
    {
        using var scope = NewDisposeScope();
        var width = grid.shape[2];
        var rows = matrices.On(grid.device, (from.Rows, to.Rows, rule, grid.dtype));
        var columns = matrices.On(grid.device, (from.Columns, to.Columns, rule, grid.dtype));
        var tall = rows.mm(grid.reshape(from.Rows, from.Columns * width)).view(to.Rows, from.Columns, width);
        return columns.matmul(tall).reshape(1, to.Rows * to.Columns, width).MoveToOuterDisposeScope();
    }

    /// <summary>What every old place gives to every new one, float64 (new, old).</summary>
    private static Tensor Matrix(int old, int @new, PositionResampling rule)
    {
        var matrix = new double[@new, old];
        for (var place = 0; place < @new; place++)
        {
            if (rule == PositionResampling.Antialiased)
                FillAntialiased(matrix, place, old, @new);
            else
                FillPlain(matrix, place, old, rule == PositionResampling.Offset ? @new + OffsetInPatches : @new);
        }
        return tensor(matrix, device: CPU);
    }

    private static void FillPlain(double[,] matrix, int place, int old, double size)
    {
        var center = (place + 0.5) * old / size - 0.5;
        var first = (int)Math.Floor(center) - 1;
        for (var i = first; i < first + 4; i++)
            matrix[place, Math.Clamp(i, 0, old - 1)] += Cubic(center - i, PlainCubic);
    }

    private static void FillAntialiased(double[,] matrix, int place, int old, int size)
    {
        var scale = Math.Max(1, (double)old / size);
        var center = (place + 0.5) * old / size;
        var (first, end) = (Math.Max(0, (int)(center - 2 * scale + 0.5)), Math.Min(old, (int)(center + 2 * scale + 0.5)));
        var weights = Enumerable.Range(first, end - first).Select(i => Cubic((i + 0.5 - center) / scale, AntialiasedCubic)).ToArray();
        for (var i = first; i < end; i++)
            matrix[place, i] = weights[i - first] / weights.Sum();
    }

    // Keys, 1981, with its one free coefficient.
    private static double Cubic(double distance, double a)
    {
        var x = Math.Abs(distance);
        return x switch
        {
            <= 1 => ((a + 2) * x - (a + 3)) * x * x + 1,
            < 2 => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a,
            _ => 0,
        };
    }
}
