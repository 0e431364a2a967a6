namespace SelfSup.Data.Tests.Shards;

public class ShardPatternTests
{
    [Theory]
    [InlineData("{000..002}.tar", "000.tar 001.tar 002.tar")]
    [InlineData("{b,a}-{0..1}.x", "b-0.x b-1.x a-0.x a-1.x")]
    [InlineData("{9..11}.x", "9.x 10.x 11.x")]
    [InlineData("*.tar", "000.tar 001.tar 002.tar")]
    [InlineData("00?.tar", "000.tar 001.tar 002.tar")]
    [InlineData("[1].tar", "[1].tar")]
    [InlineData("odd{name.tar", "odd{name.tar")]
    public void Patterns_name_files_in_order(string pattern, string expected)
    {
        using var folder = new TemporaryFolder();
        foreach (var name in (string[])[.. expected.Split(' '), "._000.tar", "notes"])
            folder.Write(name, [1]);
        Assert.Equal(expected.Split(' '), ShardPattern.Find(Path.Combine(folder.Path, pattern)).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("{0..2}.tar", "2.tar")]
    [InlineData("*.tgz", "*.tgz")]
    [InlineData("nowhere/*.tar", "nowhere")]
    public void What_is_missing_is_named(string pattern, string named)
    {
        using var folder = new TemporaryFolder();
        folder.Write("0.tar", [1]);
        folder.Write("1.tar", [1]);
        var error = Assert.Throws<FileNotFoundException>(() => ShardPattern.Find(Path.Combine(folder.Path, pattern)));
        Assert.Contains(named, error.Message);
    }

    [Theory]
    [InlineData("{5..2}.tar")]
    [InlineData("{x.tar")]
    [InlineData("{a}.tar")]
    [InlineData("{0..99999999999}.tar")]
    public void Braces_that_make_no_sense_are_refused(string pattern) =>
        Assert.Contains(pattern, Assert.Throws<ArgumentException>(() => ShardPattern.Find(pattern)).Message);
}
