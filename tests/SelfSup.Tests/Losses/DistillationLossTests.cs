using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup.Tests.Losses;

public class DistillationLossTests
{
    [ReferenceFact]
    public void Value_and_gradient_are_those_of_LightlyTrain()
    {
        using var scope = NewDisposeScope();
        var (teachers, students) = Inputs();
        using var loss = DistillationLoss.Of(students.requires_grad_(), teachers.requires_grad_(), ReferenceVectors.Fill(83, 12, 16), 0.07);
        loss.Value.backward();
        ReferenceAssert.Near(ReferenceVectors.Get("distillation_queue_kl", "loss"), loss.Value, 1e-6);
        ReferenceAssert.Near(ReferenceVectors.Get("distillation_queue_kl", "grad_student"), students.grad!, 1e-6);
        Assert.Null(teachers.grad);
    }

    [Fact]
    public void A_student_that_is_its_teacher_has_nothing_to_learn()
    {
        using var scope = NewDisposeScope();
        var teachers = Inputs().Teachers;
        var students = teachers.mul(3).requires_grad_(); // lengths do not matter
        using var loss = DistillationLoss.Of(students, teachers, cat([teachers, ReferenceVectors.Fill(83, 12, 16)]));
        loss.Value.backward();
        Assert.Equal(0, loss.Value.item<double>(), 1e-12);
        Assert.InRange(students.grad!.abs().max().item<double>(), 0, 1e-12);
        Assert.Equal(1, loss.Metrics[0].Value.item<float>());
    }

    [Fact]
    public void Shapes_and_temperatures_that_do_not_fit_are_refused()
    {
        using var scope = NewDisposeScope();
        var (teachers, students) = Inputs();
        Assert.Throws<ArgumentOutOfRangeException>(() => DistillationLoss.Of(students, teachers, teachers, 0));
        Assert.Throws<ArgumentException>(() => DistillationLoss.Of(students, teachers.narrow(0, 0, 4), teachers));
        Assert.Throws<ArgumentException>(() => DistillationLoss.Of(students, teachers, teachers.narrow(1, 0, 8)));
    }

    private static (Tensor Teachers, Tensor Students) Inputs()
    {
        var first = ReferenceVectors.Fill(1, 8, 16);
        return (first, first.mul(3).add(ReferenceVectors.Fill(2, 8, 16)).div(4));
    }
}
