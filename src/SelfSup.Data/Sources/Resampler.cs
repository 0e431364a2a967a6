namespace SelfSup.Data;

/// <summary>Scales the central square of a picture by averaging areas, or by bilinear interpolation when it grows.</summary>
internal static class Resampler
{
    /// <summary>Scales one plane.</summary>
    /// <param name="plane">Width x height bytes.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="size">Side of the result in pixels.</param>
    /// <param name="result">Receives size x size bytes.</param>
    public static void Scale(ReadOnlySpan<byte> plane, int width, int height, int size, Span<byte> result)
    {
        var side = Math.Min(width, height);
        int left = (width - side) / 2, top = (height - side) / 2;
        if (side == size)
        {
            for (var y = 0; y < size; y++)
                plane.Slice((top + y) * width + left, size).CopyTo(result[(y * size)..]);
            return;
        }
        var weights = Weights(side, size);
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                var sum = 0f;
                foreach (var (row, rowWeight) in weights[y])
                {
                    var from = (top + row) * width + left;
                    foreach (var (column, columnWeight) in weights[x])
                        sum += rowWeight * columnWeight * plane[from + column];
                }
                result[y * size + x] = (byte)Math.Clamp(MathF.Round(sum), 0, 255);
            }
        }
    }

    /// <summary>For each result position the source positions it is made of; a triangle filter as wide as the scale.</summary>
    private static (int Position, float Weight)[][] Weights(int side, int size)
    {
        var scale = (float)side / size;
        var radius = Math.Max(1, scale);
        return [.. Enumerable.Range(0, size).Select(i =>
        {
            var center = (i + 0.5f) * scale - 0.5f;
            var near = Enumerable.Range((int)MathF.Ceiling(center - radius), (int)(2 * radius) + 1)
                .Select(p => (Position: Math.Clamp(p, 0, side - 1), Weight: 1 - Math.Abs(p - center) / radius))
                .Where(tap => tap.Weight > 0)
                .ToArray();
            var total = near.Sum(tap => tap.Weight);
            return near.Select(tap => (tap.Position, tap.Weight / total)).ToArray();
        })];
    }
}
