using System.Reflection;
using SelfSup.Data;

namespace SelfSup.Tests.Architecture;

/// <summary>Whoever is given a task, a source or an encoder treats it as any other: what it is, only its own file and the catalogs know.</summary>
public class ConcreteTypesTests
{
    private static readonly Assembly[] packages = [typeof(Encoder).Assembly, typeof(IImageSource).Assembly];

    // What a task author derives from may be asked for: it is a form of the contract, not a particular task.
    private static readonly Type[] contract = [typeof(PretextTask), typeof(PretextTask<,>), typeof(ClassificationTask), typeof(Encoder)];

    [Fact]
    public void NobodyAsksWhatATaskASourceOrAnEncoderIs()
    {
        var particular = Particular();
        Assert.True(particular.Count > 30, $"{particular.Count} types");
        var asked = packages.SelectMany(QuestionsOf).ToArray();
        Assert.True(asked.Length > 50, $"{asked.Length} questions");
        Assert.DoesNotContain(
            asked, question => particular.Contains(question.Asked) && question.User != question.Asked && !IsCatalog(question.User));
    }

    private static HashSet<string> Particular() =>
    [
        .. packages.SelectMany(package => package.GetTypes())
            .Where(type => type is { IsClass: true, IsNested: false } && !contract.Contains(type))
            .Where(type => type.IsAssignableTo(typeof(IPretextTask)) || type.IsAssignableTo(typeof(IImageSource)) || type.IsAssignableTo(typeof(Encoder)))
            .Select(type => $"{type.Namespace}.{type.Name.Split('`')[0]}"),
    ];

    private static bool IsCatalog(string type) => type.EndsWith("Catalog", StringComparison.Ordinal);

    private static HashSet<(string User, string Asked)> QuestionsOf(Assembly package)
    {
        using var types = new AssemblyTypes(package);
        return types.Questions();
    }
}
