using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace SelfSup.Runtime;

/// <summary>Lists all public properties of a settings object, so that none can be forgotten in a run's record.</summary>
internal static class Settings
{
    /// <summary>Lists them by name.</summary>
    /// <param name="settings">The object.</param>
    /// <returns>Names in snake_case with values as text, in the order of declaration; what is null is left out.</returns>
    public static Dictionary<string, string> Describe(object settings) => settings.GetType()
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.GetIndexParameters().Length == 0 && property.GetValue(settings) is not null)
        .ToDictionary(property => ToSnakeCase(property.Name), property => TextOf(property.GetValue(settings)!));

    /// <summary><c>WarmupShare</c> to <c>warmup_share</c>.</summary>
    public static string ToSnakeCase(string name)
    {
        var text = new StringBuilder();
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && text.Length > 0)
                text.Append('_');
            text.Append(char.ToLowerInvariant(letter));
        }
        return text.ToString();
    }

    /// <summary>A value as text that is the same on every machine.</summary>
    public static string TextOf(object? value) => value switch
    {
        null => "none",
        string text => text,
        Enum member => ToSnakeCase(member.ToString()),
        bool yes => yes ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable list => string.Join(' ', list.Cast<object>().Select(TextOf)),
        _ => value.ToString() ?? "",
    };

    /// <summary>The number, or yes or no, that a text stands for, so that a record can have it as one; else the text.</summary>
    public static object ValueOf(string text) => text switch
    {
        "true" => true,
        "false" => false,
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) && TextOf(whole) == text => whole,
        _ when double.TryParse(text, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) && TextOf(number) == text => number,
        _ => text,
    };
}
