namespace SelfSup;

/// <summary>How the learning rate falls after warm-up.</summary>
public enum ScheduleKind
{
    /// <summary>Half a cosine from the full rate to zero.</summary>
    Cosine,

    /// <summary>A factor of 0.2 at 30, 60 and 80 % of the run, RotNet's schedule.</summary>
    Step,

    /// <summary>The full rate to the end.</summary>
    Constant,
}
