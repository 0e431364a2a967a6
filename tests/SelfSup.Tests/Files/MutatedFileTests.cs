using System.Buffers.Binary;
using SelfSup.Files;
using static TorchSharp.torch;

namespace SelfSup.Tests.Files;

/// <summary>Whatever bytes a file has, it loads or is refused with one kind of exception, and takes little memory for it.</summary>
public sealed class MutatedFileTests : IDisposable
{
    private const int Mutants = 10_000;
    // Most of it ZipArchive's, which makes room for names and comments of 64 KiB before it finds them cut off.
    private const long AllocationLimit = 512 << 10;

    private readonly TemporaryFolder folder = new();

    public MutatedFileTests() => SelfSup.Runtime.NativeTorch.EnsureLoaded();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void MutatedArchivesLoadOrAreRefused()
    {
        var archive = TorchFixture.Archive(Pickle(), ("0", TorchFixture.Counting(6)), ("1", new byte[16]));
        Check(random => Mutate(archive, random), TorchFile.Read);
    }

    [Fact]
    public void ArchivesWithMutatedPicklesLoadOrAreRefused()
    {
        var pickle = Pickle();
        Check(
            random => TorchFixture.Archive(Mutate(pickle, random), ("0", TorchFixture.Counting(6)), ("1", new byte[16])), TorchFile.Read);
    }

    [Fact]
    public void MutatedSafetensorsLoadOrAreRefused()
    {
        using var values = arange(6, ScalarType.Float32).view(2, 3);
        using var counts = arange(2, ScalarType.Int64);
        using var flags = ones(3, dtype: ScalarType.Bool);
        var source = folder["source"];
        SafetensorsFile.Write(source, new Dictionary<string, Tensor> { ["v"] = values, ["c"] = counts, ["f"] = flags },
            new Dictionary<string, string> { ["format"] = "pt" });
        var bytes = File.ReadAllBytes(source);
        Check(random => Mutate(bytes, random), SafetensorsFile.Read);
    }

    private void Check(Func<Random, byte[]> create, Func<string, IDisposable> read)
    {
        var random = new Random(1);
        var before = LiveTensors.Count();
        var (loaded, most) = (0, 0L);
        for (var i = 0; i < Mutants; i++)
        {
            var path = folder.Write("mutant", create(random));
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(path).Dispose();
                loaded++;
            }
            catch (InvalidDataException)
            {
            }
            catch (Exception e)
            {
                Assert.Fail($"mutant {i}: {e}");
            }
            most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - allocated);
        }
        Assert.InRange(most, 0, AllocationLimit);
        Assert.InRange(loaded, 10, Mutants / 2);
        Assert.Equal(before, Tensor.TotalCount);
    }

    private static byte[] Mutate(byte[] source, Random random)
    {
        var bytes = source.ToArray();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var place = random.Next(bytes.Length);
            switch (random.Next(6))
            {
                case 0: bytes[place] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[place] = (byte)random.Next(256); break;
                case 2: bytes[place] = (byte)(random.Next(2) * 255); break;
                case 3 when place + 4 <= bytes.Length:
                    BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(place), uint.MaxValue >> random.Next(32));
                    break;
                case 4: bytes = [.. bytes[..place], .. bytes[random.Next(bytes.Length)..]]; break; // cuts out or repeats
                default: bytes[place] = bytes[random.Next(bytes.Length)]; break;
            }
            if (bytes.Length == 0)
                return bytes;
        }
        return bytes;
    }

    private static byte[] Pickle() => PickleWriter.Dictionary(
        ("epoch", writer => writer.Int(300)),
        ("state_dict", writer => writer.Dict(
            ("a", PickleWriter.Tensor("FloatStorage", "0", 6, 0, [2, 3], [3, 1])),
            ("b", PickleWriter.Tensor("FloatStorage", "0", 6, 1, [2, 2], [1, 2])),
            ("c", PickleWriter.Tensor("LongStorage", "1", 2, 0, [], [])))));
}
