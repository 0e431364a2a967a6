
namespace SelfSup.Tests.Contracts;

public class PretextModelTests
{
    public static TheoryData<string> Names => [.. KnownTasks.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void TheEncoderIsBorrowed(string name)
    {
        var task = KnownTasks.Create(name);
        using Encoder encoder = task.CreateEncoder(32);
        using (var model = task.CreateModel(encoder))
        {
            // Copies of the encoder are the model's own.
            var lent = encoder.parameters().Concat(encoder.buffers()).Select(tensor => tensor.Handle).ToHashSet();
            Assert.DoesNotContain(model.parameters().Concat(model.buffers()), tensor => lent.Contains(tensor.Handle));
            Assert.DoesNotContain(
                model.state_dict().Keys, key => key.StartsWith("encoder.") || key.StartsWith("stage") || key.StartsWith("blocks"));
        }
        Assert.Equal(encoder.Stages.Count, encoder.MeasureStages().Length);
    }
}
