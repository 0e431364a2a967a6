using System.Text.Json;
using SelfSup.Losses;
using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Losses;

public class InstanceContrastTests
{
    private static readonly long[] Images = [3, 0, 7, 11];

    [ReferenceFact]
    public void Value_gradient_and_the_memory_after_it_are_those_of_NPID()
    {
        using var scope = NewDisposeScope();
        var (features, memory) = Inputs();
        features.requires_grad_();
        using var loss = InstanceContrast.Of(features, memory, tensor(Images), 0.07f);
        loss.Value.backward();
        ReferenceAssert.Near(Case("loss"), loss.Value, 1e-5);
        // The case has the gradient of the unit vector; that of the features before scaling is its part across them.
        var ofUnit = tensor(ReferenceVectors.Numbers(Case("grad_x")), 4, 16);
        var across = ofUnit.sub(features.detach().mul(ofUnit.mul(features.detach()).sum(1, keepdim: true)));
        Assert.True(features.grad!.sub(across).abs().max().item<double>() < 1e-4 * across.abs().max().item<double>());

        using var rows = new ImageMemory(12, 16);
        rows.Follow(arange(12), memory, keep: 0);
        rows.Follow(tensor(Images), features, keep: 0.5);
        ReferenceAssert.Near(Case("memory_after"), rows.Rows, 1e-5);

        static JsonElement Case(string name) => ReferenceVectors.Get("npid", name);
    }

    [Fact]
    public void Some_others_give_what_all_give_when_they_are_all()
    {
        using var scope = NewDisposeScope();
        var ((features, memory), images) = (Inputs(), tensor(Images));
        using PretextLoss
            all = InstanceContrast.Of(features, memory, images),
            drawn = InstanceContrast.Of(features, memory, images, arange(12)), // their own rows among them, which do not count twice
            few = InstanceContrast.Of(features, memory, images, tensor(new long[] { 5, 3 }));
        Assert.Equal(all.Value.item<double>(), drawn.Value.item<double>(), 1e-9);
        Assert.True(few.Value.item<double>() < all.Value.item<double>());
        using var alone = InstanceContrast.Of(features.narrow(0, 0, 1), memory, tensor(new long[] { 3 }), tensor(new long[] { 3 }));
        Assert.Equal(0, alone.Value.item<double>());
    }

    [Fact]
    public void Only_directions_and_who_is_who_count()
    {
        using var scope = NewDisposeScope();
        var ((features, memory), images) = (Inputs(), tensor(Images));
        var order = tensor(new long[] { 4, 11, 0, 2, 9, 7, 5, 1, 3, 10, 8, 6 });
        var places = order.argsort(); // where each row has gone
        memory.requires_grad_();
        using PretextLoss
            loss = InstanceContrast.Of(features.requires_grad_(), memory, images),
            moved = InstanceContrast.Of(features.mul(5), memory.index_select(0, order), places.index_select(0, images)),
            alike = InstanceContrast.Of(features, ones(12, 16, float64), images);
        Assert.Equal(loss.Value.item<double>(), moved.Value.item<double>(), 1e-9);
        Assert.Equal(Math.Log(12), alike.Value.item<double>(), 1e-9);
        loss.Value.backward();
        Assert.Null(memory.grad);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using var scope = NewDisposeScope();
        var zero = zeros(3, int64);
        Assert.Contains("(K, 3)", Assert.Throws<ArgumentException>(() => InstanceContrast.Of(eye(3), eye(4), zero)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => InstanceContrast.Of(eye(3), eye(3), zero, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => InstanceContrast.Of(eye(3), eye(3), zero, zero, 0));
    }

    private static (Tensor Features, Tensor Memory) Inputs() => (
        nn.functional.normalize(ReferenceVectors.Fill(1, 8, 16).narrow(0, 0, 4), dim: 1),
        nn.functional.normalize(ReferenceVectors.Fill(82, 12, 16), dim: 1));
}
