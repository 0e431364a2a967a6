namespace SelfSup.Optimization;

/// <summary>Marks a setting that decides nothing any more when a run starts, so that the run's record leaves it out.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class UnrecordedAttribute : Attribute;
