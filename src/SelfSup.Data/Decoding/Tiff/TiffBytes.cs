using System.Globalization;
using BitMiracle.LibTiff.Classic;

namespace SelfSup.Data;

/// <summary>A TIFF file in memory, which remembers the first fault that LibTiff.NET finds in it.</summary>
internal sealed unsafe class TiffBytes : UnmanagedMemoryStream
{
    private static readonly TiffErrorHandler messages = new Messages();

    private string? fault;

    public TiffBytes(byte* bytes, long length)
        : base(bytes, length)
    {
        // Without it, LibTiff.NET writes to the console.
        _ = messages;
    }

    /// <summary>Whether something was wrong; some codecs say so and go on.</summary>
    public bool HasFault => fault is not null;

    /// <summary>The error for a read that failed.</summary>
    public ImageReadException Failure() => new(fault is null ? "the file is damaged" : $"the file is damaged ({fault.TrimEnd('.', '\n')})");

    /// <summary>Keeps messages on our own files; an app that uses the package itself gets those on its own as before.</summary>
    private sealed class Messages : TiffErrorHandler
    {
        // What some codecs warn of only, and then pass half a picture as a whole one.
        private static readonly string[] missing = ["not enough data", "premature end", "premature EOF"];

        private readonly TiffErrorHandler? others;

        public Messages() => others = Tiff.SetErrorHandler(this);

        public override void ErrorHandler(Tiff tif, string method, string format, params object[] args)
        {
            if (tif?.Clientdata() is TiffBytes file)
                file.fault ??= string.Format(CultureInfo.InvariantCulture, format, args);
            else
                others?.ErrorHandler(tif, method, format, args);
        }

        public override void ErrorHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
        {
            if (clientData is not TiffBytes)
                others?.ErrorHandlerExt(tif, clientData, method, format, args);
        }

        public override void WarningHandler(Tiff tif, string method, string format, params object[] args)
        {
            if (tif?.Clientdata() is not TiffBytes file)
                others?.WarningHandler(tif, method, format, args);
            else if (missing.Any(words => format.Contains(words, StringComparison.OrdinalIgnoreCase)))
                file.fault ??= string.Format(CultureInfo.InvariantCulture, format, args);
        }

        public override void WarningHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
        {
            if (clientData is not TiffBytes)
                others?.WarningHandlerExt(tif, clientData, method, format, args);
        }
    }
}
