using SelfSup.Data;
using SelfSup.Encoders;
using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>Tells what is in an image: a frozen encoder with a linear layer that <see cref="LinearProbe"/> fitted. Owns both.</summary>
/// <remarks>
/// It may be asked from many threads at once, as a web app does; disposing it while it answers is the one thing not to do. There
/// <see cref="Runtime.TorchRuntime.TuneForInference"/>, called first, keeps the answers from waiting for each other's threads.
/// </remarks>
public sealed class ImageClassifier : IDisposable
{
    private readonly Encoder encoder;
    private readonly LinearHead head;
    private readonly Tensor weights; // (K, D)
    private readonly Tensor bias; // (K)
    private readonly Tensor? center; // (D)
    private bool isDisposed;

    internal ImageClassifier(Encoder encoder, LinearHead head)
    {
        (this.encoder, this.head) = (encoder, head);
        encoder.eval();
        using var scope = NewDisposeScope();
        var device = encoder.parameters().First().device;
        weights = head.CreateWeights().to(device).DetachFromDisposeScope();
        bias = head.CreateBias().to(device).DetachFromDisposeScope();
        center = head.CreateCenter()?.to(device).DetachFromDisposeScope();
    }

    /// <summary>The names of the classes, by label.</summary>
    public IReadOnlyList<string> ClassNames => head.ClassNames;

    /// <summary>What the linear layer reads of the encoder.</summary>
    public FeatureLayer Layer => head.Layer;

    /// <summary>Side in pixels of the square that an image is shrunk to.</summary>
    public int ImageSize => encoder.ImageSize;

    /// <summary>Decodes images; best the decoder that the labeled images were read with.</summary>
    public IImageDecoder Decoder { get; set; } = IImageDecoder.Default;

    /// <summary>Reads a classifier from a file.</summary>
    /// <param name="path">A file that <see cref="Save"/> wrote.</param>
    /// <param name="factory">
    /// Creates the encoder where <see cref="EncoderCatalog"/> does not know its architecture, and wherever it is given; else null.
    /// </param>
    /// <returns>The classifier on the CPU, owned by the caller.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file holds no classifier; the message says what is wrong.</exception>
    public static ImageClassifier Load(string path, EncoderFactory? factory = null)
    {
        CheckExists(path, "classifier");
        var (encoder, head) = ClassifierFile.Read(path, factory);
        return new ImageClassifier(encoder, head);
    }

    /// <summary>Writes encoder, linear layer and class names to one file; an existing file is replaced in one step.</summary>
    /// <param name="path">The file, <c>.safetensors</c> by custom; its folder is created if missing.</param>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    public void Save(string path)
    {
        ThrowIfDisposed();
        ClassifierFile.Write(path, encoder, head);
    }

    /// <summary>
    /// Writes the classifier as an ONNX model, for programs without this library; an existing file is replaced in one step. The
    /// input <c>pixels</c> is uint8 (N, 3, S, S), RGB planes as <see cref="IImageDecoder"/> gives them, with
    /// S = <see cref="ImageSize"/>; the outputs are <c>logits</c> and <c>probabilities</c>, both float32 (N, K). The metadata has
    /// the entries of <see cref="Files.OnnxFile"/>, stage, grid and classes (a JSON list, by label).
    /// </summary>
    /// <param name="path">The file, <c>.onnx</c> by custom; its folder is created if missing.</param>
    /// <exception cref="NotSupportedException">The encoder, or a layer of it, cannot describe itself in ONNX.</exception>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    public void ExportOnnx(string path)
    {
        ThrowIfDisposed();
        ClassifierExport.Write(path, encoder, head);
    }

    /// <summary>Classifies an image file.</summary>
    /// <param name="imagePath">A JPEG, PNG or other image that the decoder knows.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="ImageReadException">The file is no image, or a damaged one; the message names it.</exception>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    public Prediction Predict(string imagePath) => Predict([imagePath])[0];

    /// <summary>Classifies several image files, which the network sees together: faster than one after the other.</summary>
    /// <param name="imagePaths">Images of any sizes; each takes memory at once, so give some hundred at a time.</param>
    /// <returns>An answer for each, in the same order.</returns>
    /// <inheritdoc cref="Predict(string)"/>
    public IReadOnlyList<Prediction> Predict(IReadOnlyList<string> imagePaths)
    {
        ThrowIfDisposed();
        var pixels = new byte[imagePaths.Count][];
        for (var i = 0; i < pixels.Length; i++)
        {
            CheckExists(imagePaths[i], "image");
            pixels[i] = Decoder.DecodeFile(imagePaths[i], ImageSize);
        }
        return PredictPixels(pixels);
    }

    /// <summary>Classifies an encoded image.</summary>
    /// <param name="encodedImage">The bytes of a JPEG, PNG or other image file.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="ImageReadException">The bytes are no image, or a damaged one.</exception>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    public Prediction Predict(ReadOnlySpan<byte> encodedImage)
    {
        ThrowIfDisposed();
        var pixels = new byte[3 * ImageSize * ImageSize];
        Decoder.Decode(encodedImage, ImageSize, pixels);
        return PredictPixels([pixels])[0];
    }

    /// <summary>Classifies an image from a stream, such as an upload.</summary>
    /// <param name="encodedImage">A JPEG, PNG or other image file, read to its end and left open.</param>
    /// <inheritdoc cref="Predict(ReadOnlySpan{byte})"/>
    public Prediction Predict(Stream encodedImage)
    {
        ThrowIfDisposed();
        using var bytes = new MemoryStream();
        encodedImage.CopyTo(bytes);
        return Predict(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    /// <summary>Classifies an image file on a thread of the pool, so that a window goes on answering.</summary>
    /// <param name="imagePath">A JPEG, PNG or other image that the decoder knows.</param>
    /// <param name="cancellationToken">Asked before the work begins.</param>
    /// <inheritdoc cref="Predict(string)"/>
    public Task<Prediction> PredictAsync(string imagePath, CancellationToken cancellationToken = default) =>
        Task.Run(() => Predict(imagePath), cancellationToken);

    /// <summary>Reads an image from a stream without holding a thread, such as an upload to a web app, and classifies it.</summary>
    /// <param name="encodedImage">A JPEG, PNG or other image file, read to its end and left open.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <inheritdoc cref="Predict(ReadOnlySpan{byte})"/>
    public async Task<Prediction> PredictAsync(Stream encodedImage, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        using var bytes = new MemoryStream();
        await encodedImage.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
        return await Task.Run(() => Predict(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Classifies a batch of decoded images.</summary>
    /// <param name="images">RGB images, uint8 (N, 3, S, S) with S = <see cref="ImageSize"/>, on the encoder's device.</param>
    /// <returns>The probability of every class, float32 (N, K) in 0..1, owned by the caller.</returns>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    public Tensor ComputeProbabilities(Tensor images)
    {
        ThrowIfDisposed();
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var features = FeatureExtractor.Compute(encoder, images, [Layer])[0]; // (N, D)
        return LinearHead.ComputeLogits(features, weights, bias, center).softmax(1).MoveToOuterDisposeScope(); // (N, K)
    }

    /// <summary>Disposes the encoder and the linear layer.</summary>
    public void Dispose()
    {
        isDisposed = true;
        encoder.Dispose();
        weights.Dispose();
        bias.Dispose();
        center?.Dispose();
    }

    private Prediction[] PredictPixels(byte[][] images)
    {
        using var scope = NewDisposeScope();
        if (images.Length == 0)
            return [];
        var batch = stack(images.Select(pixels => tensor(pixels, [3, ImageSize, ImageSize], device: weights.device)));
        var probabilities = ComputeProbabilities(batch).cpu().data<float>().ToArray();
        return [.. probabilities.Chunk(ClassNames.Count).Select(Rank)];
    }

    private Prediction Rank(float[] probabilities)
    {
        (string Label, float Probability)[] all = [.. ClassNames.Zip(probabilities).OrderByDescending(pair => pair.Second)];
        return new(all[0].Label, all[0].Probability, all);
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(isDisposed, this);

    private static void CheckExists(string path, string what)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no {what} file '{path}'.", path);
    }
}
