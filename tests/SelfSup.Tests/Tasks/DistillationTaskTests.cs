using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Losses;
using SelfSup.Tasks;
using SelfSup.Testing;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class DistillationTaskTests
{
    [Fact]
    public void Other_forms_pass_the_conformance_check()
    {
        PretextTaskCheck.Verify(new DistillationTask(KnownTasks.Teacher, new() { Mixup = false, LocalWeight = 1 }));
        PretextTaskCheck.Verify(new DistillationTask(KnownTasks.Teacher, new() { RemembersTeacher = true }));
        PretextTaskCheck.Verify(new DistillationTask(KnownTasks.Teacher, new() { RemembersTeacher = true, QueueLength = 2, Mixup = false }));
        using var encoder = new VisionTransformer("vit_tiny", 32, new() { Depth = 2, Pooling = VitPooling.ClassToken });
        using var teacher = new EncoderTeacher(encoder);
        PretextTaskCheck.Verify(new DistillationTask(teacher, new() { LocalWeight = 0.5 }));
    }

    [Fact]
    public void Both_networks_see_the_same_mixtures_each_at_its_own_size()
    {
        using var scope = NewDisposeScope();
        var task = new DistillationTask(KnownTasks.Teacher);
        using var batch = Batch(task, 6);
        Assert.Equal([6, 3, 40, 40], batch.Inputs.shape);
        using var plain = Batch(new DistillationTask(KnownTasks.Teacher, new() { Mixup = false }), 6);
        var images = plain.Inputs.to(ScalarType.Float32).div(255).flatten(1);
        // A mixture lies on the line between its image and another.
        var mixed = batch.Inputs.flatten(1);
        foreach (var (image, mixture) in images.unbind().Zip(mixed.unbind()))
        {
            var toOthers = images.sub(image);
            var toMixture = mixture.sub(image);
            var lengths = toOthers.square().sum(1);
            var share = toOthers.mv(toMixture).div(lengths.clamp_min(1e-6));
            var distance = toOthers.mul(share.unsqueeze(1)).sub(toMixture).abs().amax([1]);
            Assert.Contains(distance.data<float>().ToArray().Zip(share.data<float>().ToArray()), pair =>
                pair.First < 1e-5 && pair.Second is >= 0 and <= 1);
        }
    }

    [Fact]
    public void The_loss_compares_with_the_batch_and_the_queue_which_then_has_the_teachers_features()
    {
        using var scope = NewDisposeScope();
        using var encoder = new ConvNet(32);
        encoder.eval();
        var task = new DistillationTask(KnownTasks.Teacher, new() { Temperature = 0.2 });
        using var model = task.CreateModel(encoder);
        using var batch = Batch(task, 6);
        var rows = model.state_dict()["queue.rows"].clone();
        using var step = new StepContext(0, 10, 0);
        using var loss = model.Objectives[0].Loss(batch, step);

        var small = nn.functional.interpolate(batch.Inputs, size: [32, 32], mode: InterpolationMode.Bilinear, align_corners: false, antialias: true);
        var students = encoder.forward(encoder.Normalize(small)).mm(model.state_dict()["projector.weight"].t()).add(model.state_dict()["projector.bias"]);
        var teachers = nn.functional.normalize(KnownTasks.Teacher.Compute(batch.Inputs).Features, dim: 1);
        using var expected = DistillationLoss.Of(students, teachers, cat([teachers, rows]), 0.2);
        Assert.Equal(expected.Value.item<float>(), loss.Value.item<float>(), 1e-5);

        model.OnStepCompleted(batch, step);
        var after = model.state_dict()["queue.rows"];
        Assert.True(after.narrow(0, 0, 6).allclose(teachers, 1e-4, 1e-5));
        Assert.True(after.narrow(0, 6, 58).Equals(rows.narrow(0, 6, 58)));
    }

    [Fact]
    public void The_student_comes_to_agree_with_its_teacher_at_every_place_too()
    {
        var (first, last) = (Metrics(epochs: 1), Metrics(epochs: 40));
        Assert.Equal(["loss", "agreement", "places"], first.Keys.Select(name => name.Split('/')[^1]).Take(3));
        foreach (var name in new[] { "distillation/loss", "distillation/places" })
            Assert.True(last[name] < 0.5 * first[name], $"{name}: {first[name]} to {last[name]}");

        static IReadOnlyDictionary<string, double> Metrics(int epochs)
        {
            using var encoder = new ConvNet(16);
            var task = new DistillationTask(KnownTasks.Teacher, new() { LocalWeight = 1, Mixup = false });
            return Pretraining.Run(encoder, [new WeightedTask(task)], new ProceduralImages(8), new() { Epochs = epochs, BatchSize = 8 }).Metrics;
        }
    }

    [Fact]
    public void A_remembered_teacher_looks_at_every_image_once_and_is_learned_from()
    {
        var teacher = new CountingTeacher(KnownTasks.Teacher);
        var options = new DistillationOptions { RemembersTeacher = true };
        using var encoder = new ConvNet(32);
        var first = Learn(encoder, epochs: 1);
        Assert.Equal(24, teacher.Images);
        using var other = new ConvNet(32);
        var last = Learn(other, epochs: 30);
        Assert.Equal(48, teacher.Images);
        Assert.True(last["distillation/loss"] < 0.5 * first["distillation/loss"], $"{first["distillation/loss"]} to {last["distillation/loss"]}");

        IReadOnlyDictionary<string, double> Learn(Encoder student, int epochs) => Pretraining.Run(
            student, [new WeightedTask(new DistillationTask(teacher, options))], new ProceduralImages(24), new() { Epochs = epochs, BatchSize = 8 }).Metrics;
    }

    [Fact]
    public void The_remembered_features_are_the_teachers_of_whole_images_from_their_mean()
    {
        using var scope = NewDisposeScope();
        using var encoder = new ConvNet(32);
        using var model = new DistillationTask(KnownTasks.Teacher, new() { RemembersTeacher = true }).CreateModel(new PretextSetup(encoder, 6));
        using var random = new RandomSource(6);
        using var images = TestImages.Colorful(5, 40);
        using var indices = tensor(new long[] { 3, 0, 5, 1, 2 }); // image 4 cannot be read
        using var input = new PretextInput([images.alias()], indices.alias());
        model.OnEpochStarting(new EpochContext(0, 2, 6, random, size => [.. Enumerable.Repeat(input, size == 40 ? 1 : 0)], _ => { }));
        model.OnEpochStarting(new EpochContext(1, 2, 6, random, _ => throw new NotSupportedException("It reads again."), _ => { }));
        var features = KnownTasks.Teacher.Compute(images).Features;
        var expected = nn.functional.normalize(features.sub(features.mean([0])), dim: 1);
        var remembered = model.state_dict()["remembered"];
        Assert.True(remembered.index_select(0, indices).allclose(expected, 1e-3, 1e-4));
        Assert.Equal(0, remembered[4].abs().max().item<float>());
    }

    [Fact]
    public void Remembered_features_are_mixed_as_their_images_are()
    {
        using var scope = NewDisposeScope();
        using var encoder = new ConvNet(32);
        encoder.eval();
        var task = new DistillationTask(KnownTasks.Teacher, new() { RemembersTeacher = true, Temperature = 0.2 });
        using var model = task.CreateModel(new PretextSetup(encoder, 6));
        using var features = TestImages.Colorful(6, 32).to(ScalarType.Float32).flatten(1).narrow(1, 0, KnownTasks.Teacher.FeatureCount);
        using (no_grad())
            model.state_dict()["remembered"].copy_(features);
        using var input = TestImages.InputFor(task, 6, 32);
        using var batch = Batch(task, 6);
        var (own, other) = (batch.Targets, batch.Partners);
        Assert.True(own.Equals(input.Indices));

        Tensor Mixed(Tensor rows) => rows.index_select(0, own).mul(batch.Shares).add(rows.index_select(0, other).mul(1 - batch.Shares));
        var images = input.Images.to(ScalarType.Float32).div(255).flatten(1);
        Assert.True(Mixed(images).allclose(batch.Inputs.flatten(1), 1e-4, 1e-5));
        using var step = new StepContext(0, 10, 0);
        using var loss = model.Objectives[0].Loss(batch, step);
        var students = encoder.forward(encoder.Normalize(batch.Inputs)).mm(model.state_dict()["projector.weight"].t()).add(model.state_dict()["projector.bias"]);
        using var expected = DistillationLoss.Of(students, Mixed(features), features, 0.2);
        Assert.Equal(expected.Value.item<float>(), loss.Value.item<float>(), 1e-4);
    }

    [Fact]
    public void Colors_change_where_a_strength_is_given()
    {
        Assert.Equal(0, new DistillationTask(KnownTasks.Teacher).Views[0].Augmentation.Hue);
        var view = new DistillationTask(KnownTasks.Teacher, new() { ColorStrength = 0.5, MinimumArea = 0.7 }).Views[0].Augmentation;
        Assert.Equal((0.4, 0.1, 0.7, 0.0), (view.Brightness, view.Hue, view.MinimumArea, view.Blur));
    }

    [Fact]
    public void A_teacher_is_a_frozen_copy_that_no_batch_changes()
    {
        using var scope = NewDisposeScope();
        using var encoder = new ConvNet(32, seed: 2);
        using var teacher = new EncoderTeacher(encoder, "MIT");
        Assert.Equal("MIT", teacher.Settings["license"]);
        Assert.Equal(WeightsFingerprint.Of(encoder), teacher.Settings["hash"]);
        using var images = TestImages.Colorful(4, 32);
        var (features, map) = teacher.Compute(images);
        Assert.Equal([4, encoder.FeatureCount], features.shape);
        Assert.Equal([4, teacher.MapChannels], map!.shape[..2]);
        using (var training = new RotationRun(encoder))
            training.Step();
        Assert.NotEqual(WeightsFingerprint.Of(encoder), teacher.Settings["hash"]);
        var alone = teacher.Compute(images.narrow(0, 1, 1)).Features;
        Assert.True(alone[0].allclose(features[1], 1e-4, 1e-5));
        Assert.False(features.requires_grad);
    }

    [Fact]
    public void A_run_has_the_teachers_hash_on_record_and_none_of_its_weights()
    {
        using var folder = new TemporaryFolder();
        Run(KnownTasks.Teacher, resume: false);
        var record = File.ReadAllText(folder["configuration.json"]);
        Assert.Contains(KnownTasks.Teacher.Settings["hash"], record);
        Assert.Contains("teacher_license", record);
        using (var checkpoint = SafetensorsFile.Read(Directory.GetFiles(folder.Path, "step-*.safetensors", SearchOption.AllDirectories)[0]))
        {
            Assert.Equal(
                ["distillation.projector.bias", "distillation.projector.weight", "distillation.queue.count", "distillation.queue.place", "distillation.queue.rows"],
                checkpoint.Tensors.Keys.Where(name => name.StartsWith("distillation.", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        }
        using var weights = new ConvNet(40, seed: 9);
        using var other = new EncoderTeacher(weights);
        Assert.Contains("teacher_hash", Assert.Throws<InvalidOperationException>(() => Run(other, resume: true)).Message);

        void Run(ITeacher teacher, bool resume)
        {
            using var encoder = new ConvNet(32);
            Pretraining.Run(encoder, [new WeightedTask(new DistillationTask(teacher))], new ProceduralImages(8), new()
            {
                Epochs = 1,
                BatchSize = 4,
                RunFolder = folder.Path,
                Resume = resume,
            });
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using var larger = new ConvNet(48);
        Assert.Contains("40 pixels, and the encoder at 48", Assert.Throws<ArgumentException>(() => new DistillationTask(KnownTasks.Teacher).CheckFits(larger, 1)).Message);
        using var clips = new VideoConvNet(32);
        Assert.Contains("takes clips", Assert.Throws<ArgumentException>(() => new EncoderTeacher(clips)).Message);
        Assert.Contains("needs a teacher", Assert.Throws<ArgumentException>(() => TaskCatalog.Create("distillation")).Message);
        Assert.Contains("Temperature", Refusal(new() { Temperature = 0 }));
        Assert.Contains("QueueLength", Refusal(new() { QueueLength = 0 }));
        Assert.Contains("MinimumArea", Refusal(new() { MinimumArea = 0 }));
        Assert.Contains("ColorStrength", Refusal(new() { ColorStrength = 3 }));
        Assert.Contains("LocalWeight", Refusal(new() { LocalWeight = -1 }));
        Assert.Contains("0 where the teacher is remembered", Refusal(new() { LocalWeight = 1, RemembersTeacher = true }));

        static string Refusal(DistillationOptions options) =>
            Assert.Throws<ArgumentException>(() => new DistillationTask(KnownTasks.Teacher, options)).Message;
    }

    private static DistillationBatch Batch(DistillationTask task, int count)
    {
        using var input = TestImages.InputFor(task, count, 32);
        using var random = new RandomSource(1);
        return task.Generate(input, random);
    }

    /// <summary>Anything that changes an encoder's weights.</summary>
    private sealed class RotationRun(Encoder encoder) : IDisposable
    {
        private readonly TrainingStep step = new(encoder, [new WeightedTask(new RotationTask())], 4, new PretrainingOptions(), CPU);

        public void Step()
        {
            using var images = TestImages.Colorful(4, 32);
            using var input = PretextInput.Of(images);
            step.Run([input], 5, 100, 0).Dispose();
        }

        public void Dispose() => step.Dispose();
    }

    private sealed class CountingTeacher(ITeacher teacher) : ITeacher
    {
        public long Images { get; private set; }

        public IReadOnlyDictionary<string, string> Settings => teacher.Settings;

        public int ImageSize => teacher.ImageSize;

        public int FeatureCount => teacher.FeatureCount;

        public int MapChannels => teacher.MapChannels;

        public (Tensor Features, Tensor? Map) Compute(Tensor images)
        {
            Images += images.shape[0];
            return teacher.Compute(images);
        }
    }
}
