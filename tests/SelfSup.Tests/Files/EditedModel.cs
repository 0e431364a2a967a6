using System.Runtime.InteropServices;
using Google.Protobuf;
using OnnxSchema;
using SelfSup.Files;

namespace SelfSup.Tests.Files;

/// <summary>An exported encoder's ONNX model, changed to be as other programs write theirs.</summary>
internal sealed class EditedModel
{
    private readonly ModelProto model;

    private EditedModel(ModelProto model) => this.model = model;

    public GraphProto Graph => model.Graph;

    /// <summary>Exports an encoder, and takes away what says which it is.</summary>
    public static EditedModel Of(Encoder encoder)
    {
        using var folder = new TemporaryFolder();
        OnnxFile.Export(encoder, folder["encoder.onnx"]);
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder["encoder.onnx"]));
        model.MetadataProps.Clear();
        return new(model);
    }

    public IEnumerable<NodeProto> Nodes(string operatorName) => Graph.Node.Where(node => node.OpType == operatorName);

    public TensorProto Constant(string name) => Graph.Initializer.Single(tensor => tensor.Name == name);

    /// <summary>Gives every constant another name.</summary>
    public EditedModel Rename(Func<string, string> name)
    {
        foreach (var tensor in Graph.Initializer)
        {
            var (old, given) = (tensor.Name, name(tensor.Name));
            tensor.Name = given;
            foreach (var node in Graph.Node)
            {
                for (var i = 0; i < node.Input.Count; i++)
                    node.Input[i] = node.Input[i] == old ? given : node.Input[i];
            }
        }
        return this;
    }

    /// <summary>Folds every batch normalization into the convolution before it.</summary>
    public EditedModel Fold()
    {
        foreach (var normalization in Nodes("BatchNormalization").ToArray())
        {
            var convolution = Graph.Node.Single(node => node.Output[0] == normalization.Input[0]);
            var (kernel, shift) = (Constant(convolution.Input[1]), Constant(normalization.Input[2]));
            var (weights, scales, shifts) = (Numbers(kernel), Numbers(Constant(normalization.Input[1])), Numbers(shift));
            var (means, variances) = (Numbers(Constant(normalization.Input[3])), Numbers(Constant(normalization.Input[4])));
            for (var channel = 0; channel < scales.Length; channel++)
            {
                var factor = scales[channel] / MathF.Sqrt(variances[channel] + 1e-5f);
                var size = weights.Length / scales.Length;
                for (var i = channel * size; i < (channel + 1) * size; i++)
                    weights[i] *= factor;
                shifts[channel] -= means[channel] * factor;
            }
            Fill(kernel, weights);
            Fill(shift, shifts);
            convolution.Input.Add(shift.Name);
            convolution.Output[0] = normalization.Output[0];
            Graph.Node.Remove(normalization);
        }
        return this;
    }

    /// <summary>Feeds the first layer blue, green and red.</summary>
    public EditedModel ReverseColors()
    {
        var first = Nodes("Conv").First();
        var split = new NodeProto { OpType = "Split", Input = { first.Input[0] }, Output = { "r", "g", "b" } };
        split.Attribute.Add(new AttributeProto { Name = "axis", I = 1, Type = 2 });
        var joined = new NodeProto { OpType = "Concat", Input = { "b", "g", "r" }, Output = { "bgr" } };
        joined.Attribute.Add(new AttributeProto { Name = "axis", I = 1, Type = 2 });
        var place = Graph.Node.IndexOf(first);
        Graph.Node.Insert(place, joined);
        Graph.Node.Insert(place, split);
        first.Input[0] = "bgr";
        return this;
    }

    /// <summary>Moves all values into a file beside the model.</summary>
    public byte[] MoveValues(string location)
    {
        using var values = new MemoryStream();
        foreach (var tensor in Graph.Initializer)
        {
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = $"{values.Length}" });
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = $"{tensor.RawData.Length}" });
            tensor.DataLocation = 1;
            values.Write(tensor.RawData.Span);
            tensor.RawData = ByteString.Empty;
        }
        return values.ToArray();
    }

    public byte[] ToBytes() => model.ToByteArray();

    private static float[] Numbers(TensorProto tensor) => MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();

    private static void Fill(TensorProto tensor, float[] numbers) => tensor.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(numbers.AsSpan()));
}
