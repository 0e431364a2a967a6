using SelfSup.Tasks;

namespace SelfSup.Tests.Contracts;

public class PretextModelTests
{
    public static TheoryData<string> Names => [.. TaskCatalog.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void TheEncoderIsBorrowed(string name)
    {
        var task = TaskCatalog.Create(name);
        using var encoder = task.NewEncoder(32);
        using (var model = task.CreateModel(encoder))
        {
            Assert.DoesNotContain(model.state_dict().Keys, key => key.StartsWith("encoder") || key.StartsWith("stage1"));
            var own = encoder.parameters().Select(parameter => parameter.Handle).ToHashSet();
            Assert.DoesNotContain(model.parameters(), parameter => own.Contains(parameter.Handle));
        }
        Assert.Equal(4, encoder.MeasureStages().Length);
    }
}
