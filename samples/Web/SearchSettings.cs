namespace SelfSup.Samples.Web;

/// <summary>What the app serves.</summary>
internal sealed record SearchSettings
{
    /// <summary>File of an exported encoder.</summary>
    public required string Encoder { get; init; }

    /// <summary>Folder of photos.</summary>
    public required string Photos { get; init; }

    /// <summary>File of an exported classifier; null to tell no classes.</summary>
    public string? Classifier { get; init; }

    /// <summary>Port on this computer; 0 for any that is free.</summary>
    public int Port { get; init; }
}
