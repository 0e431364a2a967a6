using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks.Joint;

public class ImageMemoryTests
{
    [Fact]
    public void Only_the_rows_of_the_images_change_and_all_stay_of_unit_length()
    {
        using var scope = NewDisposeScope();
        using var memory = new ImageMemory(6, 4);
        var before = memory.Rows.clone();
        Assert.Equal(6, memory.Count);
        memory.Follow(tensor(new long[] { 4, 1 }), tensor(new float[] { 3, 0, 0, 0, 0, 0, 9, 0 }, 2, 4), keep: 0);
        Assert.Equal([0, 0, 1, 0, 1, 0, 0, 0], cat([memory.Rows[1], memory.Rows[4]]).data<float>().ToArray());
        var others = tensor(new long[] { 0, 2, 3, 5 });
        Assert.True(memory.Rows.index_select(0, others).Equals(before.index_select(0, others)));
        memory.Follow(tensor(new long[] { 1 }), tensor(new float[] { 0, 8, 0, 0 }, 1, 4), keep: 0.5);
        Assert.Equal([0, (float)Math.Sqrt(0.5), (float)Math.Sqrt(0.5), 0], memory.Rows[1].data<float>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.All(memory.Rows.norm(1, keepdim: false).data<float>().ToArray(), length => Assert.Equal(1, length, 1e-5));
    }

    [Fact]
    public void Keeping_all_changes_nothing_and_the_rows_are_its_state()
    {
        using var scope = NewDisposeScope();
        using ImageMemory memory = new(6, 4), same = new(6, 4), other = new(6, 4, seed: 1);
        Assert.True(memory.Rows.Equals(same.Rows));
        Assert.False(memory.Rows.Equals(other.Rows));
        memory.Follow(arange(6), ones(6, 4), keep: 1);
        Assert.True(memory.Rows.sub(same.Rows).abs().max().item<float>() < 1e-6);
        Assert.Equal(["rows"], memory.state_dict().Keys);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using var scope = NewDisposeScope();
        using var memory = new ImageMemory(6, 4);
        Assert.Contains("(2, 4)", Assert.Throws<ArgumentException>(() => memory.Follow(arange(2), ones(2, 3))).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Follow(arange(2), ones(2, 4), keep: 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageMemory(0, 4));
    }
}
