using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Optimization;
using SelfSup.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;
using AdamW = SelfSup.Optimization.AdamW;
using Optimizer = SelfSup.Optimization.Optimizer;

namespace SelfSup.Transfer;

/// <summary>
/// An encoder with the linear layer that a probe fitted on it, trained as one. Batch statistics stay those of the encoder: a few labeled
/// images would tell them worse. Owns both.
/// </summary>
internal sealed class TrainedClassifier : IDisposable
{
    private const double SmallestSize = 1e-3; // of parameters that are still 0
    private const string WeightName = "head.weight", BiasName = "head.bias";

    private readonly Encoder encoder;
    private readonly LinearHead start;
    private readonly ClassifierRecipe recipe;
    private readonly Device device;
    private readonly Parameter weight; // (K, D)
    private readonly Parameter bias; // (K)
    private readonly Tensor? center; // (D)
    private readonly Tensor classWeights; // (K)
    private readonly Optimizer optimizer;
    private readonly FrozenBlend blend;
    private readonly RandomSource random;

    /// <summary>Joins an encoder and a linear layer.</summary>
    /// <param name="encoder">The encoder. Owned from now on.</param>
    /// <param name="start">The linear layer to start from.</param>
    /// <param name="classWeights">What an image of each class counts in the loss, 1 on average.</param>
    /// <param name="recipe">How to train, with nothing left open.</param>
    public TrainedClassifier(Encoder encoder, LinearHead start, IReadOnlyList<float> classWeights, ClassifierRecipe recipe)
    {
        (this.encoder, this.start, this.recipe) = (encoder, start, recipe);
        device = encoder.parameters().First().device;
        ChannelsLast.LayOutWeightsOf(encoder);
        encoder.eval();
        weight = NewParameter(start.CreateWeights());
        bias = NewParameter(start.CreateBias());
        using (NewDisposeScope())
        {
            center = start.CreateCenter()?.to(device).DetachFromDisposeScope();
            this.classWeights = tensor(classWeights.ToArray(), device: CPU).to(device).DetachFromDisposeScope();
        }
        var parameters = ListParameters();
        optimizer = new AdamW().Create(parameters);
        blend = new FrozenBlend([.. parameters.Select(trained => (Tensor)trained.Value)], recipe.FrozenShare!.Value);
        random = new RandomSource((ulong)recipe.Seed, device);
    }

    /// <summary>Trains for an epoch.</summary>
    /// <param name="images">The labeled images.</param>
    /// <param name="epoch">Which, from 0.</param>
    /// <param name="epochs">How many the learning rate is planned for.</param>
    /// <param name="report">Told the share of the epoch that is done.</param>
    /// <param name="cancellationToken">Asked before every step.</param>
    public void TrainEpoch(ILabeledImageSource images, int epoch, int epochs, Action<double> report, CancellationToken cancellationToken)
    {
        var loader = NewLoader(images, Math.Min(recipe.BatchSize, images.Count), recipe.Augmentation.ReadSizeFor(encoder.ImageSize), isTraining: true);
        var step = 0;
        foreach (var batch in loader.ReadEpoch(epoch, cancellationToken: cancellationToken))
        {
            using var scope = NewDisposeScope();
            var done = (epoch + (double)step / loader.BatchesPerEpoch) / epochs;
            MemoryShortage.Explain(encoder, batch.Count, batch.Frames, () =>
            {
                var varied = recipe.Augmentation.Apply(batch.ToTensor(device), encoder.ImageSize, random);
                ComputeLoss(varied, LabelsOf(batch, images), recipe.Mixup).backward();
                optimizer.Step(recipe.LearningRate!.Value * (1 + Math.Cos(Math.PI * done)) / 2, 0);
                optimizer.DropGradients();
                return batch.Count;
            });
            batch.Dispose();
            report((double)++step / loader.BatchesPerEpoch);
        }
    }

    /// <summary>Measures the loss of every image of a source that is not trained on, of the classifier as it would be now.</summary>
    public float[] Test(ILabeledImageSource images, CancellationToken cancellationToken)
    {
        using var noGrad = no_grad();
        using var blended = blend.Begin();
        var losses = new List<float>(images.Count);
        foreach (var batch in NewLoader(images, recipe.BatchSize, encoder.ImageSize, isTraining: false).ReadEpoch(0, cancellationToken: cancellationToken))
        {
            using var scope = NewDisposeScope();
            var logits = ComputeLogits(batch.ToTensor(device));
            losses.AddRange(nn.functional.cross_entropy(logits, LabelsOf(batch, images), classWeights, reduction: nn.Reduction.None).cpu().data<float>());
            batch.Dispose();
        }
        return [.. losses];
    }

    /// <summary>The classifier as it is now, with a copy of the encoder; owned by the caller.</summary>
    /// <exception cref="InvalidOperationException">The training diverged.</exception>
    public ImageClassifier ToClassifier()
    {
        using var blended = blend.Begin();
        var numbers = ReadNumbers(weight);
        return numbers.All(float.IsFinite)
            ? new(encoder.Copy(), start with { Weights = numbers, Bias = ReadNumbers(bias) })
            : throw new InvalidOperationException($"The training diverged; lower its {nameof(ClassifierRecipe.LearningRate)}, {recipe.LearningRate}.");
    }

    public void Dispose()
    {
        encoder.Dispose();
        weight.Dispose();
        bias.Dispose();
        center?.Dispose();
        classWeights.Dispose();
        optimizer.Dispose();
        blend.Dispose();
        random.Dispose();
    }

    // Adam's updates are of one size in any direction. So the rate is relative to the parameter's size, and the higher the later it is used.
    private TrainedParameter[] ListParameters()
    {
        using var noGrad = no_grad();
        var own = encoder.named_parameters().ToArray();
        return
        [
            // Both networks of a pair begin with a first layer.
            .. own.GroupBy(pair => EncoderPair.NetworkOf(pair.name)).SelectMany(network => network.Select((pair, i) => new TrainedParameter(
                pair.name, pair.parameter, SizeOf(pair.parameter) * Math.Pow(recipe.FirstLayerShare, 1 - (double)i / Math.Max(1, network.Count() - 1)), Decays: false))),
            new(WeightName, weight, SizeOf(weight), Decays: false),
            new(BiasName, bias, SizeOf(bias), Decays: false),
        ];

        static double SizeOf(Tensor values)
        {
            using var scope = NewDisposeScope();
            return Math.Max(SmallestSize, values.to(ScalarType.Float32).pow(2).mean().sqrt().item<float>());
        }
    }

    // As pretraining does, in bfloat16 where the processor has units for it.
    private Tensor ComputeLoss(Tensor images, Tensor labels, double mixup)
    {
        using var precision = BFloat16Units.PayOn(device) ? Autocast.ToBFloat16(device) : null;
        var targets = nn.functional.one_hot(labels, start.ClassNames.Count).to(ScalarType.Float32); // (N, K)
        var inputs = images.is_floating_point() ? images : images.to(ScalarType.Float32).div_(255);
        if (mixup > 0)
        {
            var count = images.shape[0];
            var share = random.Uniform(count).mul_(Math.PI / 2).sin_().pow(2); // of the beta distribution of 1/2 and 1/2
            share = where(random.Chance(mixup, count), share, ones_like(share));
            var others = random.Permutation(count);
            inputs = Mix(inputs, share.view([count, .. Enumerable.Repeat(1L, (int)inputs.dim() - 1)]));
            targets = Mix(targets, share.view(-1, 1));

            Tensor Mix(Tensor values, Tensor part) => values.mul(part).add_(values.index_select(0, others).mul_(1 - part));
        }
        var likelihoods = ComputeLogits(inputs).to(ScalarType.Float32).log_softmax(1);
        return targets.mul(classWeights).mul(likelihoods).sum(1).mean().neg();
    }

    private Tensor ComputeLogits(Tensor images) =>
        LinearHead.ComputeLogits(FeatureExtractor.Forward(encoder, images, [start.Layer])[0], weight, bias, center); // (N, K)

    private Tensor LabelsOf(ImageBatch batch, ILabeledImageSource images)
    {
        using var labels = tensor(batch.Indices.Select(index => (long)images.LabelOf(index)).ToArray(), device: CPU);
        return HostMemory.Send(labels, device);
    }

    private ImageLoader NewLoader(IImageSource images, int batchSize, int size, bool isTraining) => new(images, new ImageLoaderOptions
    {
        ImageSize = size,
        BatchSize = batchSize,
        Workers = recipe.Workers,
        Seed = recipe.Seed,
        Shuffle = isTraining,
        DropLast = isTraining,
    });

    private Parameter NewParameter(Tensor values)
    {
        using (values)
            return new Parameter(values.to(device).DetachFromDisposeScope(), requires_grad: true);
    }

    private static float[] ReadNumbers(Tensor values)
    {
        using var scope = NewDisposeScope();
        return values.detach().cpu().data<float>().ToArray();
    }
}
