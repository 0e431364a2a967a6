namespace SelfSup.Data.Tests.Decoding;

/// <summary>A test that needs the system's libjpeg-turbo.</summary>
internal sealed class TurboJpegFactAttribute : FactAttribute
{
    public TurboJpegFactAttribute()
    {
        if (!TurboJpegDecoder.IsAvailable)
            Skip = "libjpeg-turbo's TurboJPEG library is not installed (libturbojpeg0 on Debian).";
    }
}
