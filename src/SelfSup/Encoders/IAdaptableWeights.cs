using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>An encoder that can take some weights in other shapes than its own, such as positions of another grid.</summary>
internal interface IAdaptableWeights
{
    /// <summary>Whether a weight of a file can be brought to the encoder's shape.</summary>
    /// <param name="name">The encoder's name of it.</param>
    /// <param name="shape">Its shape in the file, another than the encoder's.</param>
    bool CanAdapt(string name, IReadOnlyList<long> shape);

    /// <summary>Brings a weight to the encoder's shape.</summary>
    /// <param name="name">The encoder's name of it.</param>
    /// <param name="values">The file's values. Borrowed.</param>
    /// <returns>Values of the encoder's shape, in the caller's dispose scope.</returns>
    Tensor Adapt(string name, Tensor values);
}
