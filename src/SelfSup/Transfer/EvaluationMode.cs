using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>Puts an encoder into evaluation mode until disposed, then every module back into the mode it was in.</summary>
internal sealed class EvaluationMode : IDisposable
{
    private readonly List<(nn.Module Module, bool Training)> before;

    public EvaluationMode(Encoder encoder)
    {
        before = [(encoder, encoder.training), .. encoder.named_modules().Select(pair => (pair.module, pair.module.training))];
        encoder.eval();
    }

    public void Dispose()
    {
        // Parents come before their children, whose own mode therefore has the last word.
        foreach (var (module, training) in before)
            module.train(training);
    }
}
