using System.Text.RegularExpressions;

namespace SelfSup.Tests.Architecture;

/// <summary>Calls that read like one overload of TorchSharp's and are another.</summary>
public partial class TensorOverloadTests
{
    /// <summary>A 0 alone is taken for <c>ScalarType.Byte</c>: everything is summed, whatever the dimension. Write <c>sum([0])</c>.</summary>
    [Fact]
    public void No_dimension_is_taken_for_a_type() => Assert.Empty(SourceText.Find(DimensionAsType()));

    [GeneratedRegex(@"\.(?:sum|mean|prod|nansum|nanmean)\(0\)")]
    private static partial Regex DimensionAsType();
}
