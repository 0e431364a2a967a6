using SelfSup.Encoders;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Tests.Encoders;

public class EvaluationModeTests
{
    [Fact]
    public void Every_module_gets_its_own_mode_back()
    {
        using var inner = nn.Sequential(nn.BatchNorm1d(3), nn.Dropout(0.5));
        using var outer = nn.Sequential(nn.Linear(3, 3), inner, nn.BatchNorm1d(3));
        inner.eval(); // a frozen part of a model in training
        ((nn.Module)inner[1]).train(); // and within it one that is not
        var modes = Modes(outer);
        Assert.Equal([true, true, false, false, true, true], modes);

        using (new EvaluationMode(outer))
            Assert.All(Modes(outer), Assert.False);
        Assert.Equal(modes, Modes(outer));

        outer.eval();
        using (new EvaluationMode(outer))
            Assert.All(Modes(outer), Assert.False);
        Assert.All(Modes(outer), Assert.False);
    }

    [Fact]
    public void A_second_disposal_leaves_later_changes_alone()
    {
        using var layer = nn.BatchNorm1d(3);
        var evaluation = new EvaluationMode(layer);
        evaluation.Dispose();
        Assert.True(layer.training);
        layer.eval();
        evaluation.Dispose();
        Assert.False(layer.training);
    }

    [Fact]
    public void A_failure_within_gives_the_modes_back_too()
    {
        using var encoder = new OwnEncoder("own-failing", 16) { Fails = true };
        Assert.Throws<InvalidOperationException>(encoder.MeasureStages);
        Assert.All(encoder.modules(), module => Assert.True(module.training));
    }

    private static bool[] Modes(nn.Module module) =>
        [module.training, .. module.named_modules().OrderBy(pair => pair.name, StringComparer.Ordinal).Select(pair => pair.module.training)];
}
