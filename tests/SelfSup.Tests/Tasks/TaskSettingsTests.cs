using System.Reflection;
using SelfSup.Tasks;

namespace SelfSup.Tests.Tasks;

/// <summary>A task's settings have all of its options, so that no run resumes with other ones unnoticed.</summary>
public class TaskSettingsTests
{
    public static TheoryData<Type> TasksWithOptions =>
    [
        .. KnownTasks.Names.Select(name => KnownTasks.Create(name).GetType()).Distinct().Where(task => ConstructorOf(task).GetParameters().Length > 0),
    ];

    [Theory]
    [MemberData(nameof(TasksWithOptions))]
    public void EveryOptionChangesTheSettings(Type task)
    {
        var usual = Create(task, _ => { }).Settings;
        var options = ConstructorOf(task).GetParameters()[^1].ParameterType;
        Assert.NotEmpty(options.GetProperties());
        foreach (var option in options.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var changed = Create(task, instance => option.SetValue(instance, Another(option.PropertyType, option.GetValue(instance)))).Settings;
            var different = usual.Keys.Union(changed.Keys).Where(name => usual.GetValueOrDefault(name) != changed.GetValueOrDefault(name));
            Assert.Equal(option.Name, string.Concat(Assert.Single(different).Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..])));
        }
    }

    [Fact]
    public void PermutationsAreToldApart()
    {
        var first = new JigsawTask(new JigsawOptions { Permutations = PermutationSet.Translations9() }).Settings["permutations"];
        Assert.NotEqual(first, new JigsawTask(new JigsawOptions { Permutations = PermutationSet.Affine72() }).Settings["permutations"]);
    }

    private static ConstructorInfo ConstructorOf(Type task) => Assert.Single(task.GetConstructors());

    private static IPretextTask Create(Type task, Action<object> change)
    {
        var constructor = ConstructorOf(task);
        var options = Activator.CreateInstance(constructor.GetParameters()[^1].ParameterType)!;
        change(options);
        return (IPretextTask)constructor.Invoke(constructor.GetParameters().Length == 1 ? [options] : [KnownTasks.Teacher, options]);
    }

    /// <summary>A sound value that differs from an option's usual one.</summary>
    private static object Another(Type type, object? usual) => usual switch
    {
        bool yes => !yes,
        int number => number > 0 && number % 4 == 0 ? 2 * number : number + 1, // what is divisible stays so
        double number => number == 0 ? 0.5 : number / 2,
        Enum choice => Enum.GetValues(type).Cast<Enum>().First(other => !other.Equals(choice)),
        null when type == typeof(int?) => 2,
        null when type == typeof(double?) => 0.25,
        null when type == typeof(PermutationSet) => PermutationSet.Affine72(),
        _ => throw new NotSupportedException($"Say here what another {type.Name} than {usual ?? "null"} is."),
    };
}
