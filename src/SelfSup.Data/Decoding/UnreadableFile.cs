namespace SelfSup.Data;

/// <summary>Tells what a file is that no decoder takes, so that its owner knows what to do about it.</summary>
internal static class UnreadableFile
{
    /// <summary>Why a file is refused before any decoder sees it; null if it is not.</summary>
    public static string? ReasonAgainst(ReadOnlySpan<byte> file)
    {
        if (file.IsEmpty)
            return "the file is empty";
        return FileKind.Of(file) is { } kind ? ReasonFor(kind.Name, kind.Advice) : null;
    }

    /// <summary>Why a file is refused that no decoder made sense of.</summary>
    public static string ReasonFor(ReadOnlySpan<byte> file)
    {
        if (ReasonAgainst(file) is { } reason)
            return reason;
        if (FileKind.ReadFormatOf(file) is { } image)
            return $"the header of the {image} file is damaged or cut short";
        return file.IndexOfAnyExcept((byte)0) < 0
            ? "the file is not an image in a known format: all its bytes are zero"
            : "the file is not an image in a known format, or its header is damaged";
    }

    /// <summary>The refusal of a kind that is not read.</summary>
    public static string ReasonFor(string kind, string? advice) =>
        $"the file is {kind}, which is not read" + (advice is null ? "" : $"; {advice}");
}
