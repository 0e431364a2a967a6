namespace SelfSup.Browser.Tests;

/// <summary>A test in a browser; skipped where there is none.</summary>
public sealed class ChromiumFactAttribute : FactAttribute
{
    public ChromiumFactAttribute()
    {
        if (Chromium.Program is null)
            Skip = ChromiumTheoryAttribute.Reason;
    }
}

/// <summary>A test in a browser, with several data; skipped where there is none.</summary>
public sealed class ChromiumTheoryAttribute : TheoryAttribute
{
    internal const string Reason = "No Chromium is on the path; install one, such as Debian's package chromium.";

    public ChromiumTheoryAttribute()
    {
        if (Chromium.Program is null)
            Skip = Reason;
    }
}
