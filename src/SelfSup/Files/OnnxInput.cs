using OnnxSchema;
using SelfSup.Onnx;
using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>What a model does with pixels before its first layer: the order of its channels, and what it subtracts and divides by.</summary>
/// <param name="Value">The name of the value that the first layer takes.</param>
/// <param name="Channels">For each channel of that value, which of red, green and blue (0, 1, 2) it is of the model's input.</param>
/// <param name="Normalization">Mean and deviation of red, green and blue in [0, 1]; null if the model leaves pixels as they are.</param>
/// <param name="Side">Side of the square images that it takes; null if it is open.</param>
internal sealed record OnnxInput(string Value, IReadOnlyList<int> Channels, Normalization? Normalization, int? Side)
{
    private const int UInt8 = 2;
    private const int ChannelCount = 3;
    private static readonly int[] ToChannelsFirst = [0, 3, 1, 2];

    /// <summary>Whether the first layer takes red, green and blue in this order.</summary>
    public bool IsRgb => Channels.SequenceEqual([0, 1, 2]);

    /// <summary>Where red, green and blue are among the first layer's channels.</summary>
    public long[] Places => [.. Enumerable.Range(0, ChannelCount).Select(color => (long)Channels.ToList().IndexOf(color))];

    /// <summary>Follows the model's input to its first layer.</summary>
    /// <param name="model">The model.</param>
    /// <exception cref="InvalidDataException">There is not one input, or what is done with it is no normalization.</exception>
    public static OnnxInput Of(OnnxContent model)
    {
        if (model.Inputs is not [var input])
            throw new InvalidDataException($"it takes {model.Inputs.Count} inputs ({string.Join(", ", model.Inputs.Take(4).Select(value => value.Name))}), not images alone");
        var steps = new Steps(model, input.Name);
        while (steps.TryNext())
        {
        }
        return new(steps.Value, steps.Channels, steps.ToNormalization(input.Type?.TensorType?.ElemType == UInt8), SideOf(input));
    }

    private static int? SideOf(ValueInfoProto input)
    {
        var sides = input.Type?.TensorType?.Shape?.Dim.Select(dimension => dimension.DimValue).Where(side => side is > ChannelCount and < 1 << 14).Distinct().ToArray();
        return sides is [var side] ? (int)side : null;
    }

    private sealed class Steps(OnnxContent model, string value)
    {
        // What the value's channels are of the pixels: scale x + shift.
        private double[] scale = [1, 1, 1];
        private double[] shift = [0, 0, 0];

        public string Value { get; private set; } = value;

        public int[] Channels { get; private set; } = [0, 1, 2];

        public bool TryNext()
        {
            var next = model.ConsumersOf(Value).FirstOrDefault();
            if (next is null)
                return false;
            var isTaken = next.Operator switch
            {
                "Transpose" => next.Get<long[]>("perm", []).SequenceEqual(ToChannelsFirst.Select(dimension => (long)dimension)),
                "Split" => TrySplit(next, out next),
                "Gather" => next.Get("axis", 0L) == 1 && ReadConstant(next.Inputs[1]) is { Length: ChannelCount } order && TryReorder([.. order.Select(channel => (int)channel)]),
                "Add" or "Sub" or "Mul" or "Div" => TryArithmetic(next),
                _ => false,
            };
            if (isTaken)
                Value = next.Outputs[0];
            return isTaken;
        }

        /// <summary>The normalization as the library has it, of red, green and blue.</summary>
        public Normalization? ToNormalization(bool takesBytes)
        {
            if (scale.All(factor => factor == 1) && shift.All(term => term == 0))
                return null;
            if (scale.Any(factor => !(factor > 0)))
                throw new InvalidDataException($"it multiplies its input's channels by {string.Join(", ", scale)}, which is no normalization");
            var mean = new double[ChannelCount];
            var deviation = new double[ChannelCount];
            // Pixels go to 255 where the input is bytes, or where what is subtracted or divided by is far beyond 1.
            var largest = takesBytes || scale.Zip(shift).Any(pair => -pair.Second / pair.First > 2 || pair.First < 0.05) ? 255 : 1;
            for (var i = 0; i < ChannelCount; i++)
            {
                deviation[Channels[i]] = 1 / (scale[i] * largest);
                mean[Channels[i]] = -shift[i] / (scale[i] * largest);
            }
            return new([.. mean.Select(number => (float)number)], [.. deviation.Select(number => (float)number)]);
        }

        // Split and put together in another order.
        private bool TrySplit(OnnxNode split, out OnnxNode next)
        {
            next = split;
            if (split.Get("axis", 0L) != 1 || split.Outputs.Count != ChannelCount)
                return false;
            var joined = model.ConsumersOf(split.Outputs[0]).FirstOrDefault(node => node.Operator == "Concat" && node.Inputs.Count == ChannelCount);
            if (joined is null)
                return false;
            next = joined;
            return TryReorder([.. joined.Inputs.Select(part => split.Outputs.ToList().IndexOf(part))]);
        }

        private bool TryReorder(int[] order)
        {
            if (!order.Order().SequenceEqual([0, 1, 2]))
                return false;
            Channels = [.. order.Select(channel => Channels[channel])];
            scale = [.. order.Select(channel => scale[channel])];
            shift = [.. order.Select(channel => shift[channel])];
            return true;
        }

        private bool TryArithmetic(OnnxNode node)
        {
            var isFirst = node.Inputs[0] == Value;
            if (node.Inputs.Count != 2 || ReadConstant(node.Inputs[isFirst ? 1 : 0]) is not { } numbers || !(isFirst || node.Operator is "Add" or "Mul"))
                return false;
            for (var i = 0; i < ChannelCount; i++)
            {
                var number = numbers[numbers.Length == 1 ? 0 : i];
                var factor = node.Operator switch { "Mul" => number, "Div" => 1 / number, _ => 1 };
                scale[i] *= factor;
                shift[i] = shift[i] * factor + node.Operator switch { "Add" => number, "Sub" => -number, _ => 0 };
            }
            return true;
        }

        // One number, or one for each channel; of an image of numbers, such as a mean image, its channels' means.
        private double[]? ReadConstant(string name)
        {
            if (!model.Constants.TryGetValue(name, out var tensor) || OnnxTensor.TypeOf(tensor) is null)
                return null;
            using var scope = NewDisposeScope();
            var values = OnnxTensor.Read(tensor, model.Path).to(ScalarType.Float64);
            if (values.numel() == 1)
                return [values.item<double>()];
            if (values.numel() == ChannelCount)
                return [.. values.view(-1).data<double>()];
            return values.dim() is 3 or 4 && values.shape[^3] == ChannelCount
                ? [.. values.view(-1, ChannelCount, values.shape[^2] * values.shape[^1]).mean([0, 2]).data<double>()]
                : null;
        }
    }
}
