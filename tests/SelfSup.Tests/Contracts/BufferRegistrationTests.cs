using SelfSup.Encoders;
using static TorchSharp.torch;

namespace SelfSup.Tests.Contracts;

public class BufferRegistrationTests
{
    /// <summary>Fields become buffers by themselves; one that an author registers as well is no mistake.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_field_is_a_buffer_once_however_it_was_registered(bool explicitly)
    {
        using var encoder = new ConvNet(16);
        using var model = new QueueModel(encoder, explicitly);
        Assert.Equal(["queue"], model.named_buffers().Select(pair => pair.name));
        Assert.Equal(["queue"], model.state_dict().Keys);
    }

    private sealed class QueueModel : PretextModel
    {
        private readonly Tensor queue = zeros(4, 2, device: CPU);

        public QueueModel(Encoder encoder, bool explicitly)
            : base("queue", encoder)
        {
            if (explicitly)
                register_buffer("queue", queue);
            RegisterComponents();
            if (explicitly)
                register_buffer("queue", queue);
        }

        public override IReadOnlyList<Objective> Objectives => [];
    }
}
