using SelfSup.Encoders;
using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class ColorizationTaskTests
{
    [Theory]
    [InlineData(32, 16)]
    [InlineData(64, 16)]
    [InlineData(96, 24)]
    public void TargetsArePickedPixelsOfTheColors(int side, int output)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(1);
        var images = random.Integers(256, 3, 3, side, side).to(ScalarType.Byte);
        var batch = Generate(images);
        var lab = LabColor.FromRgb(images);
        var stride = side / output;

        Assert.Equal([3, 3, side, side], batch.Inputs.shape);
        Assert.Equal([3, 2, output, output], batch.Targets.shape);
        Assert.Equal([3, 5, output, output], batch.Bins.shape);
        Assert.Equal([3, 5, output, output], batch.Weights.shape);
        for (var c = 0; c < 3; c++)
            Assert.True(batch.Inputs.select(1, c).mul(100).allclose(lab.select(1, 0), atol: 1e-3));
        var picked = lab.narrow(1, 1, 2).slice(2, 0, side, stride).slice(3, 0, side, stride);
        Assert.True(batch.Targets.allclose(picked, atol: 1e-3));
        Assert.True(batch.Inputs.min().item<float>() >= 0 && batch.Inputs.max().item<float>() <= 1);
    }

    [Fact]
    public void OnlyImagesWithSomeColorCount()
    {
        using var scope = NewDisposeScope();
        var images = full([4, 3, 32, 32], 100, ScalarType.Byte);
        images[1, 0, 0, 0] = 255; // a red pixel that is picked
        images[2, 0, 1, 1] = 255; // one that is not
        images[3, 0] = 103; // under 5 in a and b
        Assert.Equal([0f, 1f, 0f, 0f], Generate(images).Colored.data<float>().ToArray());
    }

    [Theory]
    [InlineData(ColorizationMode.Classification)]
    [InlineData(ColorizationMode.Regression)]
    public void GrayImagesHaveNoLossAndNoGradient(ColorizationMode mode)
    {
        using var scope = NewDisposeScope();
        using var run = new Run(new ColorizationOptions { Mode = mode });
        using var random = new RandomSource(2);
        var gray = random.Integers(256, 4, 1, 32, 32).to(ScalarType.Byte).expand(-1, 3, -1, -1).contiguous();
        using var batch = run.Task.Generate(gray, random);
        using var loss = run.Model.Objectives[0].ComputeLoss(batch);
        loss.Value.backward();
        Assert.Equal(0, loss.Value.item<float>());
        Assert.All(loss.Metrics, metric => Assert.Equal(0, metric.Value.item<float>()));
        Assert.All(run.Parameters, parameter => Assert.Equal(0, parameter.grad!.abs().max().item<float>()));
    }

    [Fact]
    public void GrayImagesBesideColoredOnesDoNotChangeTheMean()
    {
        using var scope = NewDisposeScope();
        using var run = new Run(new ColorizationOptions());
        run.Encoder.eval();
        run.Model.eval();
        var images = TestImages.Colorful(2, 32);
        var mixed = cat([images, full([3, 3, 32, 32], 90, ScalarType.Byte)]);
        Assert.Equal(run.Loss(images), run.Loss(mixed), 1e-5);
    }

    [Fact]
    public void TheLossIsTheCrossEntropyWithTheSoftCodeTimesTheWeightOfTheNearestBin()
    {
        using var scope = NewDisposeScope();
        using var run = new Run(new ColorizationOptions());
        run.Model.Prepare([TestImages.Colorful(8, 32)]);
        run.Encoder.eval();
        run.Model.eval();
        using var random = new RandomSource(1);
        using var batch = (ColorizationBatch)run.Task.Generate(TestImages.Colorful(2, 32), random);
        var likelihoods = ((ColorizationModel)run.Model).ComputeOutput(batch).log_softmax(1);
        var code = zeros_like(likelihoods).scatter_(1, batch.Bins, batch.Weights);
        var entropy = code.mul(likelihoods).sum(1).neg();
        var weights = run.Model.get_buffer("classWeights")!.index_select(0, code.argmax(1).flatten()).view_as(entropy);
        using var loss = run.Model.Objectives[0].ComputeLoss(batch);

        Assert.Equal(entropy.mul(weights).mean().item<float>(), loss.Value.item<float>(), 1e-4);
        var (name, metric) = Assert.Single(loss.Metrics);
        Assert.Equal("cross_entropy", name);
        Assert.Equal(entropy.mean().item<float>(), metric.item<float>(), 1e-4);
    }

    [Fact]
    public void PreparationLearnsThePriorIntoBuffers()
    {
        using var scope = NewDisposeScope();
        using var run = new Run(new ColorizationOptions());
        Tensor prior = run.Model.get_buffer("prior")!, weights = run.Model.get_buffer("classWeights")!;
        Assert.True(prior.allclose(full(ColorBins.Count, 1f / ColorBins.Count)));
        Assert.True(weights.Equals(ones(ColorBins.Count)));

        var red = zeros(4, 3, 32, 32, ScalarType.Byte);
        red.select(1, 0).fill_(255); // (80, 67): the bin (80, 70)
        run.Model.Prepare([red, red]);
        Assert.Equal((80, 70), ColorBins.Centers[(int)prior.argmax().item<long>()]);
        Assert.Equal(prior.argmax().item<long>(), weights.argmin().item<long>());
        Assert.Equal(1, prior.mul(weights).sum().item<float>(), 1e-5);
    }

    [Fact]
    public void GrayImagesAreNotAmongTheColorsThatOccur()
    {
        using var scope = NewDisposeScope();
        using Run run = new(new ColorizationOptions()), withGray = new(new ColorizationOptions());
        var colorful = TestImages.Colorful(8, 32);
        run.Model.Prepare([colorful]);
        withGray.Model.Prepare([colorful, full([24, 3, 32, 32], 90, ScalarType.Byte)]);
        Assert.True(run.Model.get_buffer("prior")!.equal(withGray.Model.get_buffer("prior")!).all().item<bool>());
    }

    [Fact]
    public void AnEncoderOfOneStageIsRefused()
    {
        using var encoder = new VisionTransformer("vit_tiny", 32, new() { Depth = 1 });
        Assert.Contains("two stages", Assert.Throws<ArgumentException>(() => new ColorizationTask().CheckFits(encoder, 1)).Message);
    }

    [Fact]
    public void RegressionMovesByOneUnitOfLabOutsideTheBend()
    {
        using var scope = NewDisposeScope();
        using var run = new Run(new ColorizationOptions { Mode = ColorizationMode.Regression });
        var images = TestImages.Colorful(4, 32);
        using var random = new RandomSource(1);
        using var batch = run.Task.Generate(images, random);
        run.Encoder.eval();
        run.Model.eval();
        using var loss = run.Model.Objectives[0].ComputeLoss(batch);
        var error = ((ColorizationModel)run.Model).PredictColors(batch).sub(batch.Targets).abs();
        // Smooth L1 with its bend at 1 unit of Lab, in units of 110.
        var expected = where(error.lt(1), error.square().div(2), error.sub(0.5)).sum(1).mean().div(110);
        Assert.Equal(expected.item<float>(), loss.Value.item<float>(), 1e-4);
    }

    [Fact]
    public void GradientReachesEveryParameter()
    {
        using var scope = NewDisposeScope();
        using var run = new Run(new ColorizationOptions());
        using var random = new RandomSource(1);
        using var batch = run.Task.Generate(TestImages.Colorful(4, 32), random);
        using var loss = run.Model.Objectives[0].ComputeLoss(batch);
        loss.Value.backward();
        Assert.All(run.Encoder.parameters(), parameter => Assert.True(parameter.grad!.abs().max().item<float>() > 0));
        Assert.All(run.Model.parameters(), parameter => Assert.NotNull(parameter.grad));
    }

    [Fact]
    public void PreviewsShowWhatIsKnown()
    {
        using var scope = NewDisposeScope();
        using var run = new Run(new ColorizationOptions());
        var images = TestImages.Colorful(3, 32);
        using var batch = Generate(images);
        Assert.All(run.Task.Preview(batch).Rows, row => Assert.Equal(2, row.Count));
        run.Encoder.eval();
        run.Model.eval();
        var rows = run.Task.Preview(batch, run.Model).Rows;
        Assert.Equal(3, rows.Count);
        Assert.All(rows, row => Assert.Equal(3, row.Count));
        // Smooth images survive the coarser colors: the picture of the true ones is close to the image.
        var image = images[0].permute(1, 2, 0).contiguous().bytes.ToArray();
        Assert.True(rows[0][1].Pixels.ToArray().Zip(image, (a, b) => Math.Abs(a - b)).Average() < 8);
    }

    [Fact]
    public void SettingsOutOfRangeAreNamed()
    {
        Assert.Contains("Neighbors", Refuse(new() { Neighbors = 11 }));
        Assert.Contains("Neighbors", Refuse(new() { Neighbors = 0 }));
        Assert.Contains("Temperature", Refuse(new() { Temperature = double.NaN }));
        Assert.Contains("UniformShare", Refuse(new() { UniformShare = 1.01 }));
        Assert.Contains("Mode", Refuse(new() { Mode = (ColorizationMode)7 }));

        static string Refuse(ColorizationOptions options) => Assert.Throws<ArgumentException>(() => new ColorizationTask(options)).Message;
    }

    private static ColorizationBatch Generate(Tensor images)
    {
        using var random = new RandomSource(1);
        return (ColorizationBatch)new ColorizationTask().Generate(images, random);
    }

    private sealed class Run : IDisposable
    {
        public Run(ColorizationOptions options)
        {
            manual_seed(3);
            Task = new ColorizationTask(options);
            Encoder = new ConvNet(32);
            Model = Task.CreateModel(Encoder);
        }

        public ColorizationTask Task { get; }

        public Encoder Encoder { get; }

        public PretextModel Model { get; }

        public IEnumerable<TorchSharp.Modules.Parameter> Parameters => Encoder.parameters().Concat(Model.parameters());

        public double Loss(Tensor images)
        {
            using var random = new RandomSource(1);
            using var batch = Task.Generate(images, random);
            using var loss = Model.Objectives[0].ComputeLoss(batch);
            return loss.Value.item<float>();
        }

        public void Dispose()
        {
            Model.Dispose();
            Encoder.Dispose();
        }
    }
}
