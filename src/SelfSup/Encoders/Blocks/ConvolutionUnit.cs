using SelfSup.Distributed;
using SelfSup.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>A convolution without bias, batch normalization and ReLU.</summary>
internal sealed class ConvolutionUnit : nn.Module<Tensor, Tensor>, IOnnxLayer
{
    private readonly Conv2d conv;
    private readonly SyncBatchNorm bn;

    /// <summary>Creates the unit; an odd kernel with stride 1 keeps the map's size.</summary>
    public ConvolutionUnit(int inputs, int outputs, int kernel = 3, int stride = 1)
        : base(nameof(ConvolutionUnit))
    {
        conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel / 2, bias: false);
        bn = new SyncBatchNorm(outputs);
        RegisterComponents();
    }

    /// <summary>(N, inputs, H, W) to (N, outputs, H / stride, W / stride).</summary>
    // In place is safe: the normalization's gradient needs its input, not its output.
    public override Tensor forward(Tensor inputs) => Normalize(inputs).relu_();

    /// <summary>The same and 2x2 max-pooling, which halves a side and rounds it up.</summary>
    public Tensor ForwardPooled(Tensor inputs)
    {
        using var map = Normalize(inputs);
        // The largest of ReLUs is the ReLU of the largest, of which there are a quarter as many.
        return nn.functional.max_pool2d(map, 2, ceil_mode: true).relu_();
    }

    public string Export(OnnxGraph graph, string input) => graph.AddRelu(graph.AddLayer(bn, graph.AddLayer(conv, input)));

    /// <summary>The nodes of <see cref="ForwardPooled"/>.</summary>
    public string ExportPooled(OnnxGraph graph, string input) => graph.AddMaxPool(Export(graph, input), 2, 2, roundUp: true);

    private Tensor Normalize(Tensor inputs)
    {
        using var map = conv.forward(inputs);
        return bn.forward(map);
    }
}
