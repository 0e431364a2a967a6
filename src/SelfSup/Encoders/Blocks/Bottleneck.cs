using SelfSup.Distributed;
using SelfSup.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>1x1, 3x3 and 1x1 convolutions with a shortcut, the block of ResNet-50.</summary>
/// <remarks>As in torchvision, the 3x3 convolution has the stride, not the first 1x1 (ResNet 1.5).</remarks>
internal sealed class Bottleneck : nn.Module<Tensor, Tensor>, IOnnxLayer
{
    /// <summary>Output channels for each unit of width.</summary>
    public const int Expansion = 4;

    private readonly Conv2d conv1;
    private readonly SyncBatchNorm bn1;
    private readonly Conv2d conv2;
    private readonly SyncBatchNorm bn2;
    private readonly Conv2d conv3;
    private readonly SyncBatchNorm bn3;
    private readonly Sequential? downsample;

    public Bottleneck(int inputs, int width, int stride)
        : base(nameof(Bottleneck))
    {
        conv1 = nn.Conv2d(inputs, width, 1, bias: false);
        bn1 = new SyncBatchNorm(width);
        conv2 = nn.Conv2d(width, width, 3, stride, 1, bias: false);
        bn2 = new SyncBatchNorm(width);
        conv3 = nn.Conv2d(width, width * Expansion, 1, bias: false);
        bn3 = new SyncBatchNorm(width * Expansion);
        downsample = Shortcut.For(inputs, width * Expansion, stride);
        RegisterComponents();
    }

    public override Tensor forward(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        var residual = bn1.forward(conv1.forward(inputs)).relu_();
        residual = bn2.forward(StridedConvolution.Forward(conv2, residual)).relu_();
        residual = bn3.forward(conv3.forward(residual));
        return residual.add_(downsample?.forward(inputs) ?? inputs).relu_().MoveToOuterDisposeScope();
    }

    public string Export(OnnxGraph graph, string input)
    {
        var residual = graph.AddRelu(graph.AddLayer(bn1, graph.AddLayer(conv1, input)));
        residual = graph.AddRelu(graph.AddLayer(bn2, graph.AddLayer(conv2, residual)));
        residual = graph.AddLayer(bn3, graph.AddLayer(conv3, residual));
        return graph.AddRelu(graph.AddSum(residual, graph.AddLayer(downsample, input)));
    }
}
