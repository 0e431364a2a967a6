using System.Reflection;

namespace SelfSup.Testing;

/// <summary>Finds members of a task that look like the contract's and are not: the library would never call them.</summary>
internal static class HiddenMembers
{
    /// <summary>Lists what is wrong, a sentence for each member.</summary>
    public static IEnumerable<string> Of(IPretextTask task)
    {
        var type = task.GetType();
        var map = type.GetInterfaceMap(typeof(IPretextTask));
        foreach (var (declared, used) in map.InterfaceMethods.Zip(map.TargetMethods))
        {
            var parameters = declared.GetParameters().Select(parameter => parameter.ParameterType).ToArray();
            var seen = type.GetMethods(BindingFlags.Public | BindingFlags.Instance)
                .Where(method => method.Name == declared.Name
                    && method.GetParameters().Select(parameter => parameter.ParameterType).SequenceEqual(parameters))
                .MaxBy(method => Depth(method.DeclaringType!));
            if (seen is not null && used.IsPublic && seen.GetBaseDefinition() != used.GetBaseDefinition() && Depth(seen.DeclaringType!) > Depth(used.DeclaringType!))
            {
                var name = declared.Name.StartsWith("get_", StringComparison.Ordinal) ? declared.Name[4..] : declared.Name;
                yield return $"its {name} hides that of {used.DeclaringType!.Name}, so that it is never asked for; write 'override'";
            }
        }
    }

    private static int Depth(Type type)
    {
        var depth = 0;
        for (var current = type; current is not null; current = current.BaseType)
            depth++;
        return depth;
    }
}
