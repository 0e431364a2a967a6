using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class JigsawTaskTests
{
    private static readonly JigsawOptions Plain = new() { GrayShare = 0, ChannelShift = 0, ColorGuard = ColorGuard.None };

    [Theory]
    [InlineData(32, 2, 16, 12)]
    [InlineData(64, 3, 21, 16)]
    [InlineData(96, 3, 32, 24)]
    [InlineData(255, 3, 85, 64)]
    public void GeometryFollowsTheImageSize(int imageSize, int grid, int cell, int tile) =>
        Assert.Equal((grid, cell, tile), new JigsawTask().GeometryFor(imageSize));

    [Theory]
    [InlineData(32)]
    [InlineData(96)]
    public void EveryTileIsStandardizedByChannel(int side)
    {
        using var scope = NewDisposeScope();
        using var batch = new JigsawTask().Generate(Images(6, side), new RandomSource(1));
        Assert.True(batch.Inputs.mean([2, 3]).abs().max().item<float>() < 1e-5f);
        Assert.True(batch.Inputs.var([2, 3], unbiased: false).sqrt().sub(1).abs().max().item<float>() < 1e-3f);
    }

    [Fact]
    public void AConstantTileBecomesZeros()
    {
        using var scope = NewDisposeScope();
        using var batch = new JigsawTask(new() { ColorGuard = ColorGuard.None }).Generate(full([2, 3, 32, 32], 90, ScalarType.Byte), new RandomSource(1));
        Assert.True(batch.Inputs.eq(0).all().item<bool>());
    }

    [Fact]
    public void NoTileLeavesItsCell()
    {
        using var scope = NewDisposeScope();
        // Every cell is of one gray value of its own, so a tile that left its cell would not be constant.
        var cells = arange(9).view(3, 1, 3, 1).mul(25).add(10).expand(3, 32, 3, 32).reshape(96, 96).to(ScalarType.Byte);
        using var batch = new JigsawTask(new() { ColorGuard = ColorGuard.None }).Generate(cells.expand(200, 3, 96, 96).contiguous(), new RandomSource(3));
        Assert.True(batch.Inputs.eq(0).all().item<bool>());
    }

    [Fact]
    public void UnshufflingRestoresTheTilesExactly()
    {
        using var scope = NewDisposeScope();
        var images = Images(5, 96);
        var whole = new JigsawOptions { GrayShare = 0, ChannelShift = 0, TileShare = 1, ColorGuard = ColorGuard.None };
        var task = new JigsawTask(whole);
        using var batch = task.Generate(images, new RandomSource(3));
        var set = task.PermutationsFor(96);
        var tiles = batch.Inputs.view(5, 9, 3, 32, 32);
        for (var image = 0; image < 5; image++)
        {
            var permutation = set[(int)batch.Targets[image].item<long>()];
            for (var slot = 0; slot < 9; slot++)
            {
                int row = permutation[slot] / 3 * 32, column = permutation[slot] % 3 * 32;
                var original = images[image].slice(1, row, row + 32, 1).slice(2, column, column + 32, 1).to(ScalarType.Float32);
                var centered = original - original.mean([1, 2], keepdim: true);
                var expected = centered / centered.square().mean([1, 2], keepdim: true).sqrt();
                Assert.True(tiles[image, slot].sub(expected).abs().max().item<float>() < 1e-4f);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void ChannelsAreShiftedAgainstEachOther(int shift)
    {
        using var scope = NewDisposeScope();
        const int count = 12, cell = 16, tile = 12, slack = cell - tile;
        var gray = new RandomSource(7).Integers(256, count, 1, 32, 32).to(ScalarType.Byte).expand(count, 3, 32, 32).contiguous();
        var task = new JigsawTask(new JigsawOptions { GrayShare = 0, ChannelShift = shift, ColorGuard = ColorGuard.None });
        using var batch = task.Generate(gray, new RandomSource(3));
        var tiles = batch.Inputs.view(count, 4, 3, tile, tile);
        var (apart, ofTiles) = (new List<int>(), new HashSet<(int, string)>());
        for (var image = 0; image < count; image++)
        {
            var permutation = task.PermutationsFor(32)[(int)batch.Targets[image].item<long>()];
            for (var slot = 0; slot < 4; slot++)
            {
                int row = permutation[slot] / 2 * cell, column = permutation[slot] % 2 * cell;
                var whole = gray[image, 0, row..(row + cell), column..(column + cell)];
                int[] places = [.. Enumerable.Range(0, 3).Select(channel => PlaceIn(whole, tiles[image, slot, channel]))];
                int[] rows = [.. places.Select(place => place / (slack + 1))], columns = [.. places.Select(place => place % (slack + 1))];
                ofTiles.Add((image, $"{rows[1] - rows[0]} {rows[2] - rows[0]} {columns[1] - columns[0]} {columns[2] - columns[0]}"));
                apart.AddRange([rows.Max() - rows.Min(), columns.Max() - columns.Min()]);
            }
        }
        Assert.Equal(2 * shift, apart.Max()); // to either side, and of the slack of 4 no tile loses more than that to the cell's edge
        Assert.Equal(shift > 0, apart.Average() > 0.5);
        Assert.Equal(shift > 0, ofTiles.Count > 3 * count); // of the four tiles of an image, hardly two are shifted alike

        // The offsets at which the cell looks like the tile, as one number.
        static int PlaceIn(Tensor cell, Tensor found) => Enumerable.Range(0, (slack + 1) * (slack + 1)).Single(place =>
        {
            var (top, left) = (place / (slack + 1), place % (slack + 1));
            var cut = cell[top..(top + tile), left..(left + tile)].to(ScalarType.Float32);
            return cut.sub(cut.mean()).div(cut.std(unbiased: false)).sub(found).abs().max().item<float>() < 1e-3f;
        });
    }

    [Fact]
    public void TheShareOfGrayImagesIsAsAsked()
    {
        using var scope = NewDisposeScope();
        const int count = 4000;
        using var batch = new JigsawTask(new JigsawOptions { ChannelShift = 0, ColorGuard = ColorGuard.None }).Generate(Images(count, 16), new RandomSource(5));
        var tiles = batch.Inputs.view(count, 4, 3, 6, 6);
        var gray = tiles.select(2, 0).sub(tiles.select(2, 1)).abs().amax([1, 2, 3]).lt(1e-4).sum().item<long>();
        Assert.InRange(gray, 0.3 * count - 3 * Math.Sqrt(count * 0.21), 0.3 * count + 3 * Math.Sqrt(count * 0.21));
    }

    [Fact]
    public void EveryTileKeepsOneChannelInPlaceOfAll()
    {
        using var scope = NewDisposeScope();
        const int count = 100;
        // Every channel is known by its bright row.
        var images = zeros(count, 3, 32, 32, ScalarType.Byte);
        for (var channel = 0; channel < 3; channel++)
            images.select(1, channel).slice(1, 6 + channel, 32, 16).fill_(200);
        using var batch = new JigsawTask(new() { ChannelShift = 0, TileShare = 1 }).Generate(images, new RandomSource(1));
        Assert.True(batch.Inputs.amax(1).eq(batch.Inputs.amin(1)).all().item<bool>());
        Assert.True(batch.Inputs.var([2, 3], unbiased: false).sub(1).abs().max().item<float>() < 1e-3f);
        var kept = batch.Inputs.select(1, 0).sum(2).argmax(1).sub(6); // (tiles)
        Assert.All(kept.bincount(null, 3).data<long>().ToArray(), times => Assert.InRange(times, 100, 170)); // of 400, at random
        var ofImages = nn.functional.one_hot(kept.view(count, 4), 3).amax(1).sum(1);
        Assert.True(ofImages.gt(1).sum().item<long>() > 0.9 * count); // the tiles of an image keep different ones
    }

    [Fact]
    public void PermutingSlotsPermutesTheBlocksOfTheEmbedding()
    {
        using var scope = NewDisposeScope();
        var task = new JigsawTask(Plain);
        using var encoder = new SelfSup.Encoders.ConvNet(32);
        using var model = (JigsawModel)task.CreateModel(encoder);
        encoder.eval();
        model.eval();
        using var batch = task.Generate(Images(2, 32), new RandomSource(1));
        int[] order = [2, 0, 3, 1];
        var moved = batch.Inputs.view(2, 4, 3, 12, 12).index_select(1, tensor(order.Select(i => (long)i).ToArray())).view(8, 3, 12, 12);
        using var movedBatch = new PretextBatch(moved.clone(), batch.Targets.clone());
        var before = model.EmbedTiles(batch).view(2, 4, -1);
        var after = model.EmbedTiles(movedBatch).view(2, 4, -1);
        for (var slot = 0; slot < 4; slot++)
            Assert.True(after.select(1, slot).sub(before.select(1, order[slot])).abs().max().item<float>() < 1e-5f);
    }

    [Fact]
    public void WrongSettingsNameTheOption()
    {
        Assert.Contains("Grid", Assert.Throws<ArgumentException>(() => new JigsawTask(new JigsawOptions { Grid = 4 })).Message);
        Assert.Contains("TileShare", Assert.Throws<ArgumentException>(() => new JigsawTask(new JigsawOptions { TileShare = 0 })).Message);
        Assert.Contains("ColorGuard", Assert.Throws<ArgumentException>(() => new JigsawTask(new JigsawOptions { ColorGuard = (ColorGuard)9 })).Message);
        Assert.Contains("GrayShare", Assert.Throws<ArgumentException>(() => new JigsawTask(new JigsawOptions { GrayShare = 1.5 })).Message);
        Assert.Contains("Permutations", Assert.Throws<ArgumentException>(
            () => new JigsawTask(new JigsawOptions { Grid = 2, Permutations = PermutationSet.Affine72() })).Message);
        Assert.Contains("too small", Assert.Throws<ArgumentException>(() => new JigsawTask().GeometryFor(8)).Message);
    }

    private static Tensor Images(int count, int side) =>
        new RandomSource(7).Integers(256, count, 3, side, side).to(ScalarType.Byte);
}
