using SelfSup.Encoders;
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
        using Encoder encoder = task.CreateEncoder(32);
        using (var model = task.CreateModel(encoder))
        {
            Assert.DoesNotContain(model.state_dict().Keys, key => key.Contains("encoder") || key.Contains("stage1") || key.StartsWith("blocks"));
            var own = encoder.parameters().Select(parameter => parameter.Handle).ToHashSet();
            Assert.DoesNotContain(model.parameters(), parameter => own.Contains(parameter.Handle));
        }
        Assert.Equal(encoder.Stages.Count, encoder.MeasureStages().Length);
    }
}
