using SelfSup.Runtime;

namespace SelfSup.Tests.Runtime;

/// <summary>A test that needs libtorch's updates of many parameters in one call.</summary>
internal sealed class FusedUpdatesFactAttribute : FactAttribute
{
    public const string Missing = "This platform's libtorch does not offer updates of many parameters in one call.";

    public FusedUpdatesFactAttribute()
    {
        if (!FusedUpdates.AreSupported)
            Skip = Missing;
    }
}

/// <summary>The same for tests with cases.</summary>
internal sealed class FusedUpdatesTheoryAttribute : TheoryAttribute
{
    public FusedUpdatesTheoryAttribute()
    {
        if (!FusedUpdates.AreSupported)
            Skip = FusedUpdatesFactAttribute.Missing;
    }
}
