using System.Buffers.Binary;
using Google.Protobuf;
using TensorBoardEvents;

namespace SelfSup.Training;

/// <summary>Writes a run for TensorBoard: metrics as scalars, previews as images.</summary>
/// <remarks>
/// The file is of TensorFlow's records (https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details): the length, its
/// checksum, an event and its checksum. A run that resumes writes another file, which tells TensorBoard to forget the steps that are done again.
/// </remarks>
internal sealed class EventFile : IMetricsListener, IDisposable
{
    private const string Version = "brain.Event:2";
    private const int Rgb = 3;
    private const int PngWidth = 16, PngHeight = 20; // where the header of a PNG file has them
    private readonly FileStream file;

    /// <summary>Begins a file.</summary>
    /// <param name="folder">The folder that TensorBoard is given, or one below it; created if missing.</param>
    /// <param name="done">Steps that the run did before.</param>
    public EventFile(string folder, long done)
    {
        Directory.CreateDirectory(folder);
        var path = Enumerable.Range(0, int.MaxValue)
            .Select(number => Path.Combine(folder, FormattableString.Invariant($"events.out.tfevents.{(long)Now():D10}.{number}.selfsup")))
            .First(path => !File.Exists(path));
        file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 16);
        Write(new Event { FileVersion = Version });
        if (done > 0)
            Write(new Event { Step = done + 1, SessionLog = new SessionLog { Status = SessionLog.Types.SessionStatus.Start } });
        Flush();
    }

    public void OnStep(long step, double learningRate, IReadOnlyList<KeyValuePair<string, double>> metrics) =>
        WriteScalars(step, metrics.Prepend(new("learning_rate", learningRate)));

    public void OnMeasurement(long step, IReadOnlyDictionary<string, double> metrics) => WriteScalars(step, metrics);

    /// <summary>Writes a picture.</summary>
    /// <param name="step">The step that it was drawn after.</param>
    /// <param name="name">What it is of.</param>
    /// <param name="png">The content of a PNG file.</param>
    public void WriteImage(long step, string name, byte[] png)
    {
        var image = new Summary.Types.Image
        {
            Width = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(PngWidth)),
            Height = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(PngHeight)),
            Colorspace = Rgb,
            EncodedImageString = ByteString.CopyFrom(png),
        };
        Write(new Event { Step = step, Summary = new Summary { Value = { new Summary.Types.Value { Tag = name, Image = image } } } });
        Flush();
    }

    public void Flush() => file.Flush();

    public void Dispose() => file.Dispose();

    private void WriteScalars(long step, IEnumerable<KeyValuePair<string, double>> metrics)
    {
        var summary = new Summary();
        summary.Value.AddRange(metrics.Select(metric => new Summary.Types.Value { Tag = metric.Key, SimpleValue = (float)metric.Value }));
        Write(new Event { Step = step, Summary = summary });
    }

    private void Write(Event content)
    {
        content.WallTime = Now();
        var data = content.ToByteArray();
        Span<byte> length = stackalloc byte[sizeof(ulong)], checksum = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)data.Length);
        file.Write(length);
        WriteChecksum(length, checksum);
        file.Write(data);
        WriteChecksum(data, checksum);
    }

    private void WriteChecksum(ReadOnlySpan<byte> of, Span<byte> checksum)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, Crc32C.Masked(of));
        file.Write(checksum);
    }

    // Seconds since 1970.
    private static double Now() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
}
