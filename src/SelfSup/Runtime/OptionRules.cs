using System.Runtime.CompilerServices;

namespace SelfSup.Runtime;

/// <summary>Checks settings, with one wording for all: which option is wrong, what it is, and what it must be.</summary>
internal static class OptionRules
{
    /// <summary>Requires a setting to keep to its rule.</summary>
    /// <param name="options">The settings, whose type is named.</param>
    /// <param name="isValid">Whether it does.</param>
    /// <param name="value">The setting, written as a property, whose name is taken.</param>
    /// <param name="rule">What it must be, such as "at least 1".</param>
    /// <param name="property">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static void Require<TOptions>(
        this TOptions options, bool isValid, object? value, string rule, [CallerArgumentExpression(nameof(value))] string property = "")
        where TOptions : class
    {
        if (!isValid)
        {
            var name = $"{typeof(TOptions).Name}.{property[(property.LastIndexOf('.') + 1)..]}";
            throw new ArgumentException(FormattableString.Invariant($"{name} is {value ?? "null"}; it must be {rule}."), nameof(options));
        }
    }
}
