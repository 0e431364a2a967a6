using SelfSup.Training;

namespace SelfSup.Tests.Training;

public class LearningRateScheduleTests
{
    [Theory]
    [InlineData(ScheduleKind.Cosine, 0, 0.1)] // the first of ten steps of warm-up
    [InlineData(ScheduleKind.Cosine, 9, 1.0)]
    [InlineData(ScheduleKind.Cosine, 10, 1.0)]
    [InlineData(ScheduleKind.Cosine, 60, 0.5)]
    [InlineData(ScheduleKind.Cosine, 110, 0.0)]
    [InlineData(ScheduleKind.Step, 4, 0.5)]
    [InlineData(ScheduleKind.Step, 39, 1.0)]
    [InlineData(ScheduleKind.Step, 40, 0.2)]
    [InlineData(ScheduleKind.Step, 70, 0.04)]
    [InlineData(ScheduleKind.Step, 90, 0.008)]
    [InlineData(ScheduleKind.Constant, 109, 1.0)]
    public void FactorsAreExact(ScheduleKind kind, int step, double factor) =>
        Assert.Equal(factor, LearningRateSchedule.FactorAt(kind, step, steps: 110, warmupSteps: 10), 12);

    [Fact]
    public void WithoutWarmupTheFirstStepHasTheFullRate() =>
        Assert.Equal(1, LearningRateSchedule.FactorAt(ScheduleKind.Cosine, 0, 100, 0));
}
