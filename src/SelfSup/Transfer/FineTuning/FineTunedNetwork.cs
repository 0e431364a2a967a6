using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Runtime;
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
    private readonly int seed;

    /// <summary>Puts a linear layer on an encoder.</summary>
    /// <param name="encoder">The encoder. Owned from now on.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="options">How to train.</param>
    /// <param name="seed">Decides the linear layer's weights and the order and variation of the images.</param>
    public FineTunedNetwork(Encoder encoder, int classes, FineTuneOptions options, int seed)
    {
        (this.encoder, this.options, this.seed) = (encoder, options, seed);
        device = encoder.parameters().First().device;
        ChannelsLast.LayOutWeightsOf(encoder);
        head = nn.Linear(encoder.FeatureCount, classes);
        using var random = new RandomSource((ulong)seed);
        using (no_grad())
        {
            using var drawn = random.Normal(head.weight.shape); // nn.init.normal_ draws from the process-wide generator, whatever it is given
            head.weight.copy_(drawn.mul_(0.01));
            head.bias!.zero_();
        }
        head.to(device);
    }

    /// <summary>The encoder.</summary>
    public Encoder Encoder => encoder;

    /// <summary>Trains all layers; the learning rate falls along a cosine.</summary>
    public void Train(ILabeledImageSource images, double learningRate, IProgress<int> progress, CancellationToken cancellationToken)
    {
        encoder.train();
        using var optimizer = optim.SGD([.. encoder.parameters(), .. head.parameters()], learningRate, Momentum, nesterov: true);
        using var random = new RandomSource((ulong)seed, device);
        var loader = NewLoader(images, Math.Min(options.BatchSize, images.Count), isTraining: true);
        var done = 0;
        for (var epoch = 0; done < options.Steps; epoch++)
        {
            foreach (var batch in loader.ReadEpoch(epoch, cancellationToken: cancellationToken).Take(options.Steps - done))
            {
                using var scope = NewDisposeScope();
                foreach (var group in optimizer.ParamGroups)
                    group.LearningRate = learningRate * (1 + Math.Cos(Math.PI * done / options.Steps)) / 2;
                MemoryShortage.Explain(encoder, batch.Count, batch.Frames, () =>
                {
                    var varied = options.Augmentation.Apply(batch.ToTensor(device), encoder.ImageSize, random);
                    var loss = ComputeLoss(varied, LabelsOf(batch, images));
                    optimizer.zero_grad();
                    loss.backward();
                    return optimizer.step();
                });
                batch.Dispose();
                progress.Report(++done);
            }
        }
    }

    /// <summary>Measures the share of right answers.</summary>
    public double Test(ILabeledImageSource images, CancellationToken cancellationToken)
    {
        using var noGrad = no_grad();
        using var evaluation = new EvaluationMode(encoder);
        var (right, count) = (0L, 0L);
        foreach (var batch in NewLoader(images, options.BatchSize, isTraining: false).ReadEpoch(0, cancellationToken: cancellationToken))
        {
            using var scope = NewDisposeScope();
            var answers = MemoryShortage.Explain(encoder, batch.Count, batch.Frames, () => ComputeLogits(batch.ToTensor(device)).argmax(1));
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

    // As pretraining does, in bfloat16 where the processor has units for it.
    private Tensor ComputeLoss(Tensor images, Tensor labels)
    {
        using var precision = BFloat16Units.PayOn(device) ? Autocast.ToBFloat16(device) : null;
        return nn.functional.cross_entropy(ComputeLogits(images), labels);
    }

    private Tensor ComputeLogits(Tensor images) => head.forward(encoder.forward(encoder.Normalize(images))); // (N, K)

    private Tensor LabelsOf(ImageBatch batch, ILabeledImageSource images)
    {
        using var labels = tensor(batch.Indices.Select(index => (long)images.LabelOf(index)).ToArray(), device: CPU);
        return HostMemory.Send(labels, device);
    }

    private ImageLoader NewLoader(IImageSource images, int batchSize, bool isTraining) => new(images, new ImageLoaderOptions
    {
        ImageSize = encoder.ImageSize,
        BatchSize = batchSize,
        Workers = options.Workers,
        Seed = seed,
        Shuffle = isTraining,
        DropLast = isTraining, // a last batch of one image has no batch statistics
    });
}
