using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using SelfSup.Samples.Web;

namespace SelfSup.Extensions.AI.Tests.Web;

/// <summary>The sample's collection keeps the contract of Microsoft.Extensions.VectorData.</summary>
public class MemoryPhotosTests
{
    private readonly VectorStoreCollection<int, Photo> photos = new MemoryPhotos();

    [Fact]
    public async Task The_most_alike_come_first_as_the_options_say()
    {
        await photos.UpsertAsync([Make(1, 1, 0), Make(2, 5, 5), Make(3, 0, 2), Make(4, -1, 0)]);
        Assert.Equal([(1, 1.0), (2, Math.Round(Math.Sqrt(0.5), 6)), (3, 0), (4, -1)], await FindAsync());
        Assert.Equal([2, 3], (await FindAsync(new() { Skip = 1, ScoreThreshold = -0.5 })).Select(hit => hit.Id));
        Assert.Equal([3, 4], (await FindAsync(new() { Filter = photo => photo.Id > 2 })).Select(hit => hit.Id));
        Assert.Equal(1, (await photos.SearchAsync(new Embedding<float>(new float[] { 2, 0 }), 1).ToListAsync())[0].Record.Id);
    }

    [Fact]
    public async Task Records_are_replaced_found_and_removed_by_their_key()
    {
        await photos.UpsertAsync(Make(1, 1, 0));
        await photos.UpsertAsync(Make(1, 0, 1));
        float[] kept = (await photos.GetAsync(1))!.Features.ToArray();
        Assert.Equal([0, 1], kept);
        await photos.DeleteAsync(1);
        await photos.DeleteAsync(1);
        Assert.Null(await photos.GetAsync(1));
        await photos.UpsertAsync(Make(2, 1, 0));
        await photos.EnsureCollectionDeletedAsync();
        Assert.Empty(await FindAsync());
    }

    [Fact]
    public void What_it_cannot_search_by_is_said() => Assert.Throws<NotSupportedException>(() => photos.SearchAsync("a cat", 1));

    private async Task<List<(int Id, double Score)>> FindAsync(VectorSearchOptions<Photo>? options = null) =>
        await photos.SearchAsync(new ReadOnlyMemory<float>([3, 0]), 10, options).Select(hit => (hit.Record.Id, Math.Round(hit.Score!.Value, 6))).ToListAsync();

    private static Photo Make(int id, float x, float y) => new() { Id = id, Name = $"{id}.jpg", Features = new float[] { x, y } };
}
