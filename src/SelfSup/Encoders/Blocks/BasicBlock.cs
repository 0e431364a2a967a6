using SelfSup.Distributed;
using SelfSup.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>Two 3x3 convolutions with a shortcut, the block of ResNet-18 and ResNet-34.</summary>
internal sealed class BasicBlock : nn.Module<Tensor, Tensor>, IOnnxLayer
{
    /// <summary>Output channels for each unit of width.</summary>
    public const int Expansion = 1;

    private readonly Conv2d conv1;
    private readonly SyncBatchNorm bn1;
    private readonly Conv2d conv2;
    private readonly SyncBatchNorm bn2;
    private readonly Sequential? downsample;

    public BasicBlock(int inputs, int width, int stride)
        : base(nameof(BasicBlock))
    {
        conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias: false);
        bn1 = new SyncBatchNorm(width);
        conv2 = nn.Conv2d(width, width, 3, 1, 1, bias: false);
        bn2 = new SyncBatchNorm(width);
        downsample = Shortcut.For(inputs, width * Expansion, stride);
        RegisterComponents();
    }

    public override Tensor forward(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        var residual = bn1.forward(StridedConvolution.Forward(conv1, inputs)).relu_();
        residual = bn2.forward(conv2.forward(residual));
        return residual.add_(downsample?.forward(inputs) ?? inputs).relu_().MoveToOuterDisposeScope();
    }

    public string Export(OnnxGraph graph, string input)
    {
        var residual = graph.AddRelu(graph.AddLayer(bn1, graph.AddLayer(conv1, input)));
        residual = graph.AddLayer(bn2, graph.AddLayer(conv2, residual));
        return graph.AddRelu(graph.AddSum(residual, graph.AddLayer(downsample, input)));
    }
}
