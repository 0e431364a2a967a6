using System.Runtime.CompilerServices;

namespace SelfSup.Losses;

/// <summary>Checks of what losses divide by.</summary>
internal static class Temperatures
{
    /// <summary>Requires a temperature to be a number above 0.</summary>
    public static void Check(double temperature, [CallerArgumentExpression(nameof(temperature))] string name = "")
    {
        if (temperature is not (> 0 and < double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(name, temperature, "A temperature is a number above 0.");
    }
}
