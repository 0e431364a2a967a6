using System.Reflection;
using System.Text.Json;

namespace SelfSup.Optimization;

/// <summary>Lists a recipe's settings for a run's record; by reflection, so that a new setting cannot be left out unmarked.</summary>
internal static class RecipeDescription
{
    /// <summary>Lists all settings of a recipe but those that <see cref="UnrecordedAttribute"/> marks.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <returns>
    /// Flat, with names in snake_case: numbers, booleans, null, lists of numbers, and names of optimizer and schedule. The optimizer's
    /// own settings stand under their plain names, such as <c>momentum</c>, the schedule's under names such as <c>schedule_final</c>.
    /// </returns>
    public static IReadOnlyDictionary<string, object?> Of(TrainingRecipe recipe)
    {
        var settings = new Dictionary<string, object?>();
        Add(settings, recipe, prefix: "");
        return settings;
    }

    private static void Add(Dictionary<string, object?> settings, object record, string prefix)
    {
        foreach (var property in record.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(IsRecorded))
        {
            var name = prefix + SnakeCase(property.Name);
            var value = property.GetValue(record);
            settings.Add(name, value switch
            {
                OptimizerSettings optimizer => optimizer.Name,
                LearningRateSchedule schedule => SnakeCase(schedule.Name),
                Enum choice => SnakeCase(choice.ToString()),
                _ => value,
            });
            if (value is OptimizerSettings)
                Add(settings, value, prefix: "");
            else if (value is LearningRateSchedule)
                Add(settings, value, name + "_");
        }
    }

    private static bool IsRecorded(PropertyInfo property) => property.CanWrite && !property.IsDefined(typeof(UnrecordedAttribute));

    private static string SnakeCase(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
