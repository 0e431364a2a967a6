namespace SelfSup.Onnx;

/// <summary>A setting of an ONNX node, such as the strides of a convolution.</summary>
public sealed class OnnxAttribute
{
    // Field numbers and types of AttributeProto.
    private const int NameField = 1, FloatField = 2, IntegerField = 3, IntegersField = 8, TypeField = 20;
    private const int FloatType = 1, IntegerType = 2, IntegersType = 7;

    /// <summary>Creates an attribute that is an integer.</summary>
    /// <param name="name">Its name in the operator's specification.</param>
    /// <param name="value">Its value.</param>
    public OnnxAttribute(string name, long value)
        : this(name, value, new ProtobufMessage().Add(NameField, name).Add(IntegerField, value).Add(TypeField, IntegerType))
    {
    }

    /// <summary>Creates an attribute that is a number.</summary>
    /// <param name="name">Its name in the operator's specification.</param>
    /// <param name="value">Its value.</param>
    public OnnxAttribute(string name, float value)
        : this(name, value, new ProtobufMessage().Add(NameField, name).Add(FloatField, value).Add(TypeField, FloatType))
    {
    }

    /// <summary>Creates an attribute that is a list of integers.</summary>
    /// <param name="name">Its name in the operator's specification.</param>
    /// <param name="values">Its values.</param>
    public OnnxAttribute(string name, IEnumerable<long> values)
        : this(name, values.ToArray(), new ProtobufMessage().Add(NameField, name).Add(IntegersField, values).Add(TypeField, IntegersType))
    {
    }

    private OnnxAttribute(string name, object value, ProtobufMessage message)
    {
        Name = name;
        Value = value;
        Message = message;
    }

    internal string Name { get; }

    /// <summary>A long, a float or a long[].</summary>
    internal object Value { get; }

    internal ProtobufMessage Message { get; }
}
