using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>Puts an encoder into evaluation mode until disposed, then every module back into the mode it was in.</summary>
internal sealed class EvaluationMode : IDisposable
{
    private readonly List<(nn.Module Module, bool Training)> before;

    public EvaluationMode(Encoder encoder)
    {
        // Parents before their children, whose own mode then has the last word when it is put back.
        before = [.. encoder.named_modules()
            .OrderBy(pair => pair.name.Length == 0 ? 0 : 1 + pair.name.Count(c => c == '.'))
            .Select(pair => (pair.module, pair.module.training))
            .Prepend((encoder, encoder.training))];
        encoder.eval();
    }

    public void Dispose()
    {
        foreach (var (module, training) in before)
            module.train(training);
    }
}
