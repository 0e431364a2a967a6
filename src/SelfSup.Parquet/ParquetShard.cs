using System.Globalization;
using System.Text.Json;
using Parquet;
using Parquet.Schema;
using SelfSup.Data;

namespace SelfSup.Parquet;

/// <summary>The images of a Parquet file, unpacked one row group after the other.</summary>
internal static class ParquetShard
{
    private const string HuggingFace = "huggingface";

    /// <summary>Unpacks a file.</summary>
    /// <exception cref="InvalidDataException">It is no Parquet file, a damaged one, or has no such column.</exception>
    public static async Task<ShardListing> OpenAsync(string path, ParquetImagesOptions options, CancellationToken cancellationToken)
    {
        using var copy = new TemporaryCopy(options.TemporaryFolder);
        var shard = new ShardListing(new ImageShard(path));
        var names = new HashSet<string>();
        using var file = File.OpenRead(path); // the reader leaves it open if it is damaged, and Windows then keeps it from being changed
        var reader = await NameDamageAsync(path, () => ParquetReader.CreateAsync(file, cancellationToken: cancellationToken)).ConfigureAwait(false);
        await using var closing = reader.ConfigureAwait(false);
        var columns = Columns.Of(reader.Schema, path, options);
        shard.ClassNames = columns.Label is null ? null : ReadClassNames(reader.CustomMetadata, options.LabelColumn);
        for (var group = 0; group < reader.RowGroupCount; group++)
        {
            using var rows = reader.OpenRowGroupReader(group);
            var (images, paths, labels) = await NameDamageAsync(path, () => ReadAsync(rows, columns, file.Length, cancellationToken)).ConfigureAwait(false);
            Add(shard, images, paths, labels, names, copy);
        }
        if (shard.Images.Count > 0)
            shard.Images.Map(copy.Take());
        return shard;
    }

    // What a damaged file makes the reader and its decompressors throw is not documented.
    private static async Task<T> NameDamageAsync<T>(string path, Func<Task<T>> read)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception error) when (error is not (OperationCanceledException or UnauthorizedAccessException or OutOfMemoryException))
        {
            throw new InvalidDataException($"'{path}' cannot be used: it is no Parquet file, or a damaged one ({error.Message}).", error);
        }
    }

    private static async Task<(byte[]?[] Images, string?[] Paths, string?[] Labels)> ReadAsync(
        ParquetRowGroupReader rows, Columns columns, long fileLength, CancellationToken cancellationToken)
    {
        // Images take bytes: no room is made for what a file merely claims.
        if (rows.RowCount < 0 || rows.RowCount > fileLength)
            throw new InvalidDataException($"it claims {rows.RowCount:N0} rows in {fileLength:N0} bytes");
        var count = checked((int)rows.RowCount);
        var images = await ReadColumnAsync<ReadOnlyMemory<byte>, byte[]>(columns.Bytes, bytes => bytes.ToArray()).ConfigureAwait(false);
        var paths = await ReadTextsAsync(columns.Path).ConfigureAwait(false);
        var labels = await (Type.GetTypeCode(columns.Label?.ClrType) switch
        {
            TypeCode.SByte => ReadNumbersAsync<sbyte>(),
            TypeCode.Byte => ReadNumbersAsync<byte>(),
            TypeCode.Int16 => ReadNumbersAsync<short>(),
            TypeCode.UInt16 => ReadNumbersAsync<ushort>(),
            TypeCode.Int32 => ReadNumbersAsync<int>(),
            TypeCode.UInt32 => ReadNumbersAsync<uint>(),
            TypeCode.Int64 => ReadNumbersAsync<long>(),
            TypeCode.UInt64 => ReadNumbersAsync<ulong>(),
            TypeCode.Boolean => ReadColumnAsync<bool, string>(columns.Label!, value => value ? "true" : "false"),
            _ => ReadTextsAsync(columns.Label),
        }).ConfigureAwait(false);
        return (images, paths, labels);

        Task<string?[]> ReadNumbersAsync<T>()
            where T : struct, IFormattable => ReadColumnAsync<T, string>(columns.Label!, Text);

        async Task<string?[]> ReadTextsAsync(DataField? field) =>
            field is null ? new string?[count] : await ReadColumnAsync<ReadOnlyMemory<char>, string>(field, text => text.ToString()).ConfigureAwait(false);

        async Task<TResult?[]> ReadColumnAsync<T, TResult>(DataField field, Func<T, TResult> convert)
            where T : struct
            where TResult : class
        {
            // Not as strings and arrays: of these a row without one would keep what an earlier read left there.
            var values = new T?[count];
            if (field.IsNullable)
            {
                await rows.ReadAsync(field, values.AsMemory(), cancellationToken: cancellationToken).ConfigureAwait(false);
            }
            else
            {
                var present = new T[count];
                await rows.ReadAsync(field, present.AsMemory(), cancellationToken: cancellationToken).ConfigureAwait(false);
                values = Array.ConvertAll(present, value => (T?)value);
            }
            return Array.ConvertAll(values, value => value is { } present ? convert(present) : null);
        }

        static string Text<T>(T number)
            where T : IFormattable => number.ToString(null, CultureInfo.InvariantCulture);
    }

    private static void Add(ShardListing shard, byte[]?[] images, string?[] paths, string?[] classes, HashSet<string> names, TemporaryCopy copy)
    {
        var first = shard.Labels.Count + shard.Failures.Count;
        for (var row = 0; row < images.Length; row++)
        {
            var place = $"row {(first + row).ToString(CultureInfo.InvariantCulture)}";
            var name = paths[row] is { Length: > 0 } path ? path : place;
            if (!names.Add(name))
                name = $"{name} ({place})"; // Hugging Face keeps the last part of paths alone
            if (images[row] is not { Length: > 0 } bytes)
            {
                shard.LeaveOut(name, "the row holds no bytes of an image");
                continue;
            }
            shard.Images.Add(name, copy.Add(bytes), bytes.Length);
            shard.Labels.Add(classes[row]);
        }
    }

    // Hugging Face writes the features of a data set into the file: {"info": {"features": {"label": {"names": [...]}}}}.
    private static string[]? ReadClassNames(IReadOnlyDictionary<string, string>? metadata, string column)
    {
        if (metadata is null || !metadata.TryGetValue(HuggingFace, out var text))
            return null;
        try
        {
            using var document = JsonDocument.Parse(text);
            var names = document.RootElement.GetProperty("info").GetProperty("features").GetProperty(column).GetProperty("names");
            return [.. names.EnumerateArray().Select(name => name.GetString() ?? "")];
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private static bool IsText(DataField field) => field.ClrType == typeof(ReadOnlyMemory<char>);

    private sealed record Columns(DataField Bytes, DataField? Path, DataField? Label)
    {
        public static Columns Of(ParquetSchema schema, string path, ParquetImagesOptions options)
        {
            var bytes = Find(schema, $"{options.ImageColumn}/bytes") ?? Find(schema, options.ImageColumn);
            if (bytes is null || bytes.ClrType != typeof(ReadOnlyMemory<byte>))
            {
                var names = string.Join(", ", schema.DataFields.Select(field => field.Path));
                throw new InvalidDataException($"'{path}' has no column '{options.ImageColumn}' of images; its columns are {names}. Name one.");
            }
            var label = Find(schema, options.LabelColumn);
            return new(
                bytes, Find(schema, $"{options.ImageColumn}/path"),
                label is not null && (IsText(label) || Type.GetTypeCode(label.ClrType) is TypeCode.Boolean or (>= TypeCode.SByte and <= TypeCode.UInt64)) ? label : null);
        }

        private static DataField? Find(ParquetSchema schema, string path) =>
            schema.DataFields.FirstOrDefault(field => field.Path.ToString() == path);
    }
}
