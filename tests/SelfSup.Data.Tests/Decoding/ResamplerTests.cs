namespace SelfSup.Data.Tests.Decoding;

/// <summary>Sums in whole numbers are those of the triangle filter's formula, rounded.</summary>
public class ResamplerTests
{
    // Half a level by rounding, and what weights of 14 bits and lines of 7 add to it.
    private const double Tolerance = 0.54;

    // Odd and even sides, enlarged, kept, reduced a little, by halves, and to a thirtieth; under a vector's width, and not a multiple of it.
    [Theory]
    [InlineData(1, 5)]
    [InlineData(3, 4)]
    [InlineData(17, 17)]
    [InlineData(40, 64)]
    [InlineData(200, 128)]
    [InlineData(267, 96)]
    [InlineData(301, 10)]
    public void Pixels_are_those_of_the_formula(int side, int size)
    {
        var rgba = Noise(side);
        var (pixels, plane) = (new byte[3 * size * size], new byte[size * size]);
        new Resampler().ResizeRgba(rgba, 4 * side, side, size, default, pixels);
        for (var channel = 0; channel < 3; channel++)
        {
            var values = Enumerable.Range(0, side * side).Select(i => rgba[4 * i + channel]).ToArray();
            var whites = Enumerable.Range(0, side * side).Select(i => (byte)(255 - rgba[4 * i + 3])).ToArray();
            var expected = Resize(values, side, size);
            var white = Resize(whites, side, size);
            for (var i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i] + white[i], pixels[channel * size * size + i], Tolerance + (white[i] > 0 ? 0.5 : 0));
            new Resampler().ResizePlane(values, side, size, plane);
            Assert.All(expected.Zip(plane), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
        }
    }

    [Theory]
    [InlineData(1999, 4)]
    [InlineData(250, 128)]
    [InlineData(31, 77)]
    public void One_color_stays_what_it_is(int side, int size)
    {
        foreach (byte level in new byte[] { 0, 1, 100, 254, 255 })
        {
            var rgba = new byte[4 * side * side];
            for (var i = 0; i < rgba.Length; i++)
                rgba[i] = i % 4 == 3 ? (byte)255 : level;
            var pixels = new byte[3 * size * size];
            new Resampler().ResizeRgba(rgba, 4 * side, side, size, default, pixels);
            Assert.All(pixels, pixel => Assert.Equal(level, pixel));
        }
    }

    private static byte[] Noise(int side)
    {
        var rgba = new byte[4 * side * side];
        var random = new Random(side);
        for (var i = 0; i < rgba.Length; i += 4)
        {
            var alpha = random.Next(3) > 0 ? 255 : random.Next(256);
            for (var channel = 0; channel < 3; channel++)
                rgba[i + channel] = (byte)random.Next(alpha + 1);
            rgba[i + 3] = (byte)alpha;
        }
        return rgba;
    }

    private static double[] Resize(byte[] values, int side, int size)
    {
        var across = Enumerable.Range(0, side).Select(y => Blend(i => values[y * side + i], side, size)).ToArray();
        var down = Enumerable.Range(0, size).Select(x => Blend(i => across[i][x], side, size)).ToArray();
        return [.. Enumerable.Range(0, size * size).Select(i => down[i % size][i / size])];
    }

    private static double[] Blend(Func<int, double> valueOf, int side, int size)
    {
        var scale = (double)side / size;
        var reach = Math.Max(scale, 1);
        return [.. Enumerable.Range(0, size).Select(i =>
        {
            var center = (i + 0.5) * scale;
            var weights = Enumerable.Range(0, side).Select(place => Math.Max(0, 1 - Math.Abs(place + 0.5 - center) / reach)).ToArray();
            return weights.Select((weight, place) => weight * valueOf(place)).Sum() / weights.Sum();
        })];
    }
}
