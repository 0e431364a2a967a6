using SelfSup.Data;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>An encoder with a linear layer on its pooled features, trained as one. Owns both.</summary>
internal sealed class FineTunedNetwork : IDisposable
{
    private const double Momentum = 0.9;
    private readonly Encoder encoder;
    private readonly Linear head;
    private readonly FineTuneOptions options;
    private readonly Device device;

    public FineTunedNetwork(Encoder encoder, int classes, FineTuneOptions options)
    {
        (this.encoder, this.options) = (encoder, options);
        device = encoder.parameters().First().device;
        head = nn.Linear(encoder.FeatureCount, classes);
        using var random = new Generator((ulong)options.Seed);
        nn.init.normal_(head.weight, 0, 0.01, random);
        nn.init.zeros_(head.bias);
        head.to(device);
    }

    /// <summary>Trains all layers; the learning rate falls along a cosine.</summary>
    public void Train(ILabeledImageSource images, double learningRate, IProgress<int> progress, CancellationToken cancellationToken)
    {
        encoder.train();
        using var optimizer = optim.SGD([.. encoder.parameters(), .. head.parameters()], learningRate, Momentum, nesterov: true);
        using var random = new Generator((ulong)options.Seed, device);
        var loader = NewLoader(images, Math.Min(options.BatchSize, images.Count), isTraining: true);
        var done = 0;
        for (var epoch = 0; done < options.Steps; epoch++)
        {
            foreach (var batch in loader.ReadEpoch(epoch, cancellationToken: cancellationToken).Take(options.Steps - done))
            {
                using var scope = NewDisposeScope();
                foreach (var group in optimizer.ParamGroups)
                    group.LearningRate = learningRate * (1 + Math.Cos(Math.PI * done / options.Steps)) / 2;
                var varied = options.Augmentation.Apply(batch.ToTensor(device), encoder.ImageSize, random);
                var loss = nn.functional.cross_entropy(ComputeLogits(varied), LabelsOf(batch, images));
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
                batch.Dispose();
                progress.Report(++done);
            }
        }
    }

    /// <summary>Measures the share of right answers.</summary>
    public double Test(ILabeledImageSource images, CancellationToken cancellationToken)
    {
        using var noGrad = no_grad();
        encoder.eval();
        var (right, count) = (0L, 0L);
        foreach (var batch in NewLoader(images, options.BatchSize, isTraining: false).ReadEpoch(0, cancellationToken: cancellationToken))
        {
            using var scope = NewDisposeScope();
            var answers = ComputeLogits(batch.ToTensor(device)).argmax(1);
            right += answers.eq(LabelsOf(batch, images)).sum().item<long>();
            count += batch.Count;
            batch.Dispose();
        }
        return (double)right / count;
    }

    public void Dispose()
    {
        encoder.Dispose();
        head.Dispose();
    }

    private Tensor ComputeLogits(Tensor images) => head.forward(encoder.forward(encoder.Normalize(images))); // (N, K)

    private Tensor LabelsOf(ImageBatch batch, ILabeledImageSource images) =>
        tensor(batch.Indices.ToArray().Select(index => (long)images.LabelOf(index)).ToArray(), device: device);

    private ImageLoader NewLoader(IImageSource images, int batchSize, bool isTraining) => new(images, new ImageLoaderOptions
    {
        ImageSize = encoder.ImageSize,
        BatchSize = batchSize,
        Workers = options.Workers,
        Seed = options.Seed,
        Shuffle = isTraining,
        DropLast = isTraining, // a last batch of one image has no batch statistics
    });
}
