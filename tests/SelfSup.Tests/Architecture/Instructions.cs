using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace SelfSup.Tests.Architecture;

/// <summary>Reads the instructions of methods that name a type or a member.</summary>
internal static class Instructions
{
    private static readonly Dictionary<int, OpCode> codes = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value & 0xFFFF);

    /// <summary>Lists the instructions with what they name.</summary>
    public static IEnumerable<(OpCode Code, EntityHandle Named)> Read(byte[] body)
    {
        for (var at = 0; at < body.Length;)
        {
            int value = body[at++];
            if (value == 0xFE)
                value = value << 8 | body[at++];
            var code = codes[value];
            if (code.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
                yield return (code, MetadataTokens.EntityHandle(BitConverter.ToInt32(body, at)));
            at += SizeOf(code.OperandType, body, at);
        }
    }

    private static int SizeOf(OperandType operand, byte[] body, int at) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(body, at),
        _ => 4,
    };
}
