using System.Text.Json;
using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup.Tests.Losses;

public class SelfDistillationLossTests
{
    [ReferenceFact]
    public void Two_steps_are_those_of_DINO()
    {
        using var scope = NewDisposeScope();
        using var center = new DistillationCenter(12);
        foreach (var (i, step) in ReferenceVectors.Get("dino", "steps").EnumerateArray().Index())
        {
            var student = ReferenceVectors.Fill(30 + i, 16, 12).to(ScalarType.Float32).requires_grad_();
            var teacher = ReferenceVectors.Fill(40 + i, 8, 12).to(ScalarType.Float32).requires_grad_();
            var loss = SelfDistillationLoss.Of(
                student.chunk(4), teacher.chunk(2), center.Value, teacherTemperature: step.GetProperty("teacher_temperature").GetDouble());
            loss.backward();
            ReferenceAssert.Near(step.GetProperty("loss"), loss, 1e-5);
            ReferenceAssert.Near(step.GetProperty("grad_student"), student.grad!, 1e-4);
            Assert.Null(teacher.grad);
            center.Follow(teacher);
            ReferenceAssert.Near(CenterOf(step), center.Value, 1e-5);
        }

        static JsonElement CenterOf(JsonElement step) =>
            step.EnumerateObject().Single(property => property.Name.StartsWith("cent", StringComparison.Ordinal)).Value;
    }

    [Fact]
    public void Equal_logits_give_the_logarithm_of_their_number()
    {
        using var scope = NewDisposeScope();
        Tensor[] crops = [zeros(3, 7), ones(3, 7), full(3, 7, 5.0).to(ScalarType.Float32)];
        Assert.Equal(Math.Log(7), SelfDistillationLoss.Of(crops, crops[..2], zeros(7)).item<float>(), 1e-5);
    }

    [Fact]
    public void A_crop_is_not_compared_with_itself()
    {
        using var scope = NewDisposeScope();
        var sure = tensor(new float[] { 10, 0 }, 1, 2);
        var sureOfTheOther = tensor(new float[] { 0, 10 }, 1, 2);
        // The first crop's target meets the second's answer alone: as wrong as can be, 10 / 0.1.
        Assert.Equal(100, SelfDistillationLoss.Of([sure, sureOfTheOther], [sure], zeros(2)).item<float>(), 1e-3);
        Assert.Throws<ArgumentException>(() => SelfDistillationLoss.Of([sure], [sure], zeros(2)));
        Assert.Throws<ArgumentException>(() => SelfDistillationLoss.Of([sure, sure], [sure, sure, sure], zeros(2)));
    }

    [Fact]
    public void A_constant_leads_the_center_to_itself()
    {
        using var scope = NewDisposeScope();
        using var center = new DistillationCenter(2);
        for (var i = 0; i < 5; i++)
            center.Follow(tensor(new float[] { 1, -3, 3, -1 }, 2, 2)); // mean 2, -2
        var expected = 2 * (1 - Math.Pow(0.9, 5));
        Assert.Equal([expected, -expected], center.Value.data<float>().Select(value => Math.Round((double)value, 6)), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal(["center"], center.state_dict().Keys);
    }
}
