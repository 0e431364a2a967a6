using System.Reflection;
using SelfSup.Encoders;
using SelfSup.Optimization;
using SelfSup.Tests;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.DeviceTests;

/// <summary>Every task of the catalog does all its work on the device of its images.</summary>
public class EveryTaskTests
{
    public static TheoryData<string> Names => [.. KnownTasks.Names];

    [DeviceTheory]
    [MemberData(nameof(Names))]
    public void The_same_seed_generates_the_same_bits_on_the_CPU_and_on_the_device(string name)
    {
        using var scope = NewDisposeScope();
        var task = TaskOnDevice.Create(name);
        using PretextInput input = TaskOnDevice.InputFor(task), onDevice = TaskOnDevice.ToDevice(input);
        using RandomSource here = new(3), there = new(3, SecondDevice.Device);
        using PretextBatch
            expected = task.Generate(input, here),
            found = task.Generate(onDevice, there);
        var pairs = TensorsOf(expected).Zip(TensorsOf(found)).ToArray();
        Assert.NotEmpty(pairs);
        foreach (var (one, other) in pairs)
        {
            SecondDevice.Holds(other.Tensor, other.Name);
            Assert.Equal(one.Name, other.Name);
            Assert.True(one.Tensor.Equals(other.Tensor.cpu()), $"{one.Name} differs.");
        }
    }

    [DeviceTheory]
    [MemberData(nameof(Names))]
    public void Head_losses_and_gradients_are_on_the_device(string name)
    {
        using var scope = NewDisposeScope();
        using var run = new TaskOnDevice(name);
        foreach (var (key, value) in run.Model.state_dict())
            SecondDevice.Holds(value, key);
        run.Model.Prepare([run.Input]);
        run.Model.StartEpoch(run.Input);
        using var batch = run.Generate();
        using var step = new StepContext(0, 10, 0);
        foreach (var objective in run.Model.Objectives)
        {
            using var loss = objective.Loss(batch, step);
            foreach (var (metric, value) in loss.Metrics)
                SecondDevice.Holds(value, metric);
            loss.Value.backward();
            foreach (var (key, parameter) in objective.Modules.SelectMany(module => module.named_parameters()).Where(pair => pair.parameter.requires_grad))
            {
                Assert.True(parameter.grad is not null, $"{key} has no gradient by {objective.Name}.");
                SecondDevice.Holds(parameter.grad!, key);
            }
            Assert.True(SecondDevice.AreFinite([loss.Value, .. loss.Metrics.Select(metric => metric.Value)]), objective.Name);
        }
        run.Model.OnStepCompleted(batch, step);
        foreach (var (key, value) in run.Model.state_dict())
            SecondDevice.Holds(value, key);
    }

    [DeviceTheory]
    [MemberData(nameof(Names))]
    public void Two_steps_and_a_held_out_measure_run_on_the_device(string name)
    {
        using var scope = NewDisposeScope();
        var task = TaskOnDevice.Create(name);
        using Encoder encoder = task.CreateEncoder(32);
        encoder.train();
        var recipe = (task.Recipe ?? TrainingRecipe.Default) with { ClipGradientNorm = 1 };
        using var step = new TrainingStep(
            encoder, [new WeightedTask(task)], 4, new PretrainingOptions { Recipe = recipe, Precision = Precision.Float32 }, SecondDevice.Device);
        using var here = TaskOnDevice.InputFor(task);
        using var input = TaskOnDevice.ToDevice(here);
        step.Learners[0].Model.Prepare([input]);
        step.Learners[0].Model.StartEpoch(input);
        for (var i = 0; i < 2; i++)
        {
            using var metrics = step.Run([input], i, 10, 0);
            SecondDevice.Holds(metrics.Values, "metrics");
            Assert.True(SecondDevice.AreFinite([metrics.Values]), string.Join(", ", metrics.Names));
        }
        foreach (var (key, value) in step.State().Where(pair => !pair.Key.EndsWith(".steps")))
            SecondDevice.Holds(value, key);
        using var evaluation = new EvaluationMode([.. step.Networks]);
        using var random = new RandomSource(5, SecondDevice.Device);
        Assert.All(step.Measure([input], random, () => new StepContext(2, 10, 0, isTraining: false)), metric => Assert.True(double.IsFinite(metric.Value)));
    }

    /// <summary>All that a batch holds, of whatever type it is.</summary>
    private static IEnumerable<(string Name, Tensor Tensor)> TensorsOf(PretextBatch batch)
    {
        for (var i = 0; i < batch.Views.Count; i++)
            yield return ($"view {i}", batch.Views[i]);
        if (batch.HasTargets)
            yield return ("targets", batch.Targets);
        foreach (var property in batch.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
        {
            if (property.PropertyType == typeof(Tensor) && batch.GetType() != typeof(PretextBatch))
                yield return (property.Name, (Tensor)property.GetValue(batch)!);
        }
    }
}
