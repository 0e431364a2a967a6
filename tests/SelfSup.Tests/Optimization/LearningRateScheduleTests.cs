using SelfSup.Optimization;

namespace SelfSup.Tests.Optimization;

public class LearningRateScheduleTests
{
    public static TheoryData<LearningRateSchedule, int, double> Factors => new()
    {
        { LearningRateSchedule.Cosine, 0, 0.1 }, // the first of ten steps of warm-up
        { LearningRateSchedule.Cosine, 9, 1.0 },
        { LearningRateSchedule.Cosine, 10, 1.0 },
        { LearningRateSchedule.Cosine, 60, 0.5 },
        { LearningRateSchedule.Cosine, 110, 0.0 },
        { new CosineSchedule { Final = 0.1 }, 4, 0.5 },
        { new CosineSchedule { Final = 0.1 }, 10, 1.0 },
        { new CosineSchedule { Final = 0.1 }, 60, 0.55 },
        { new CosineSchedule { Final = 0.1 }, 110, 0.1 },
        { LearningRateSchedule.Step, 4, 0.5 },
        { LearningRateSchedule.Step, 39, 1.0 },
        { LearningRateSchedule.Step, 40, 0.2 },
        { LearningRateSchedule.Step, 70, 0.04 },
        { LearningRateSchedule.Step, 90, 0.008 },
        { new StepSchedule { Milestones = [0.5], Factor = 0.1 }, 59, 1.0 },
        { new StepSchedule { Milestones = [0.5], Factor = 0.1 }, 60, 0.1 },
        { LearningRateSchedule.Constant, 109, 1.0 },
    };

    [Theory]
    [MemberData(nameof(Factors))]
    public void Factors_are_exact(LearningRateSchedule schedule, int step, double factor) =>
        Assert.Equal(factor, schedule.FactorAt(step, steps: 110, warmupSteps: 10), 12);

    [Fact]
    public void Without_warmup_the_first_step_has_the_full_rate() =>
        Assert.Equal(1, LearningRateSchedule.Cosine.FactorAt(0, 100, 0));

    // Their warm-ups differ from one another, and from ours but for lightly's; the cosines after them are one.
    [ReferenceTheory]
    [InlineData("dino_lr_1_to_0.1_epochs3_iters4_warmup1", 0.1, 4, 12, 4)]
    [InlineData("barlow_12epochs_of_2steps_warmup10epochs", 0.001, 20, 24, 20)]
    [InlineData("mae_6epochs_of_2steps_warmup2", 0, 4, 12, 4)]
    [InlineData("solo_warmup4_of12_from01", 0, 4, 12, 4)]
    [InlineData("lightly_warmup3_of10_1_to_0001", 0.001, 3, 9, 0)] // its last step has the final rate
    public void Cosines_are_those_of_the_references(string name, double final, int warmup, int steps, int first)
    {
        var schedule = new CosineSchedule { Final = final };
        var expected = ReferenceVectors.Numbers(ReferenceVectors.Get("schedules", "values", name));
        for (var step = first; step < expected.Length; step++)
            Assert.Equal(expected[step], schedule.FactorAt(step, steps, warmup), 1e-12);
    }

    [Fact]
    public void Step_schedules_are_compared_and_written_by_their_milestones()
    {
        var milestones = new[] { 0.25, 0.5 };
        var schedule = new StepSchedule { Milestones = milestones };
        milestones[0] = 0.1; // the schedule has its own
        Assert.Equal(new StepSchedule { Milestones = [0.25, 0.5] }, schedule);
        Assert.Equal(new StepSchedule { Milestones = [0.25, 0.5] }.GetHashCode(), schedule.GetHashCode());
        Assert.NotEqual(new StepSchedule { Milestones = [0.25, 0.75] }, schedule);
        Assert.NotEqual(schedule with { Factor = 0.1 }, schedule);
        Assert.Equal("StepSchedule { Milestones = [0.25, 0.5], Factor = 0.2 }", schedule.ToString());
        Assert.Equal(LearningRateSchedule.Step, new StepSchedule());
    }

    [Theory]
    [InlineData(0.004, 0)]
    [InlineData(0.04, 0.4)]
    public void Ramps_end_where_they_should(double from, double to)
    {
        foreach (var ramp in new[] { Ramp.Cosine, Ramp.Linear })
        {
            Assert.Equal(from, ramp(from, to, 0));
            Assert.Equal(from, ramp(from, to, -1));
            Assert.Equal(to, ramp(from, to, 1));
            Assert.Equal(to, ramp(from, to, 2));
            Assert.Equal((from + to) / 2, ramp(from, to, 0.5), 1e-15);
        }
        Assert.Equal(0.75 * from + 0.25 * to, Ramp.Linear(from, to, 0.25), 1e-15);
        Assert.Equal(from + (to - from) * (1 - Math.Sqrt(0.5)) / 2, Ramp.Cosine(from, to, 0.25), 1e-15);
    }

    [ReferenceTheory]
    [InlineData("byol_tau_0996_steps10", 0.996, 1, 10)]
    [InlineData("solo_tau_099_to_1_steps10", 0.99, 1, 10)]
    [InlineData("dino_momentum_0996_to_1_epochs2_iters5", 0.996, 1, 10)]
    [InlineData("dino_wd_004_to_04_epochs2_iters5", 0.04, 0.4, 10)]
    [InlineData("moco_v3_momentum_099_epochs4_of_2steps", 0.99, 1, 8)]
    [InlineData("lightly_cosine_099_to_1_steps10", 0.99, 1, 9)]
    public void Ramps_are_those_of_the_references(string name, double from, double to, int steps)
    {
        var expected = ReferenceVectors.Numbers(ReferenceVectors.Get("schedules", "values", name));
        for (var step = 0; step < expected.Length; step++)
            Assert.Equal(expected[step], Ramp.Cosine(from, to, (double)step / steps), 1e-12);
    }

    [ReferenceFact]
    public void The_momentum_of_an_averaged_copy_is_the_references()
    {
        foreach (var step in ReferenceVectors.Get("ema", "steps").EnumerateArray())
            Assert.Equal(step.GetProperty("tau").GetDouble(), Ramp.Cosine(0.9, 1, step.GetProperty("step").GetDouble() / 4), 1e-12);
    }
}
