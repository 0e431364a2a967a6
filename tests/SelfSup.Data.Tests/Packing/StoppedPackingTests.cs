namespace SelfSup.Data.Tests.Packing;

public sealed class StoppedPackingTests : IDisposable
{
    private const int Side = 700; // a block is of two images
    private const int Count = 12;

    private readonly TemporaryFolder folder = new();
    private readonly byte[] undisturbed;

    public StoppedPackingTests()
    {
        Pack(new NumberedImages(Count, IsBad)).GetAwaiter().GetResult();
        undisturbed = File.ReadAllBytes(PackPath);
        File.Delete(PackPath);
    }

    private string PackPath => Path.Combine(folder.Path, "images.pack");

    private string PartialPath => PackPath + ".partial";

    private string JournalPath => PartialPath + ".journal";

    public void Dispose() => folder.Dispose();

    private static bool IsBad(int index) => index == 1;

    private Task Pack(IImageSource source, CancellationToken cancellation = default) => PackedImages.PackAsync(
        source, PackPath, new() { ImageSize = Side, Workers = 1, MaxFailureRatio = 0.5 }, null, cancellation);

    private async Task Stop()
    {
        File.Delete(PackPath);
        using var cancellation = new CancellationTokenSource();
        var source = new NumberedImages(Count, IsBad) { OnRead = reads => { if (reads == 10) cancellation.Cancel(); } };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Pack(source, cancellation.Token));
        Assert.False(File.Exists(PackPath));
    }

    /// <summary>Packs to the end and tells how many images had to be read.</summary>
    private async Task<int> GoOn()
    {
        var source = new NumberedImages(Count, IsBad);
        await Pack(source);
        Assert.Equal(undisturbed, File.ReadAllBytes(PackPath));
        Assert.Equal([PackPath], Directory.GetFiles(folder.Path));
        return source.Reads;
    }

    [Fact]
    public async Task The_next_run_goes_on_and_ends_with_the_same_bytes()
    {
        await Stop();
        Assert.InRange(await GoOn(), 1, Count - 2);
    }

    /// <summary>A drive that was away, say.</summary>
    [Fact]
    public async Task Images_that_made_packing_give_up_are_tried_again_by_the_next_run()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => Pack(new NumberedImages(Count, index => IsBad(index) || index >= 2)));
        await GoOn();
    }

    [Fact]
    public async Task A_file_that_packing_did_not_write_is_not_replaced()
    {
        File.WriteAllText(PartialPath, "mine");
        Assert.Contains("images.pack.partial' is in the way", (await Assert.ThrowsAsync<IOException>(() => Pack(new NumberedImages(Count, IsBad)))).Message);
        Assert.Equal("mine", File.ReadAllText(PartialPath));
        Assert.Equal([PartialPath], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task A_journal_cut_short_or_followed_by_rubbish_costs_only_what_it_lost()
    {
        await Stop();
        using (var journal = File.Open(JournalPath, FileMode.Open))
            journal.SetLength(journal.Length - 3);
        Assert.InRange(await GoOn(), 1, Count);
        await Stop();
        File.AppendAllText(JournalPath, "rubbish that is no entry");
        Assert.InRange(await GoOn(), 1, Count - 2);
    }

    [Fact]
    public async Task Records_that_were_lost_or_damaged_are_read_again()
    {
        await Stop();
        using (var partial = File.Open(PartialPath, FileMode.Open))
            partial.SetLength(4096 + 3 * Side * Side + 5);
        Assert.InRange(await GoOn(), Count - 2, Count);
        await Stop();
        using (var partial = File.Open(PartialPath, FileMode.Open))
        {
            partial.Position = 4096 + 77;
            partial.WriteByte(1);
            partial.WriteByte(2);
        }
        Assert.Equal(Count, await GoOn());
        await Stop();
        File.Delete(PartialPath);
        Assert.Equal(Count, await GoOn());
    }

    [Fact]
    public async Task Other_images_begin_anew()
    {
        await Stop();
        var others = new NumberedImages(Count, IsBad) { ClassNames = ["a", "b"] };
        await Pack(others);
        Assert.Equal(Count, others.Reads);
    }

    [Fact]
    public async Task Two_runs_at_once_are_refused()
    {
        using var started = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var source = new NumberedImages(Count, IsBad)
        {
            OnRead = _ =>
            {
                started.Set();
                release.Wait();
            },
        };
        var first = Pack(source);
        started.Wait();
        await Assert.ThrowsAnyAsync<IOException>(() => Pack(new NumberedImages(Count, IsBad)));
        release.Set();
        await first;
        Assert.Equal(undisturbed, File.ReadAllBytes(PackPath));
    }
}
