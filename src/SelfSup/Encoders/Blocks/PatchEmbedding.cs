using SelfSup.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>Turns an image into one token a patch; timm's names.</summary>
internal sealed class PatchEmbedding : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d proj;

    /// <param name="patch">Side of a patch in pixels.</param>
    /// <param name="width">Length of a token.</param>
    public PatchEmbedding(int patch, int width)
        : base(nameof(PatchEmbedding))
    {
        proj = nn.Conv2d(3, width, patch, patch);
        RegisterComponents();
    }

    /// <summary>The layer that the patches go through.</summary>
    public Conv2d Projection => proj;

    /// <summary>Images (N, 3, H, W) to maps of tokens (N, D, h, w). Sides that are no multiple of the patch are filled up with zeros.</summary>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        var (below, right) = (Missing(images.shape[2]), Missing(images.shape[3]));
        var whole = below + right == 0 ? images : nn.functional.pad(images, [0, right, 0, below]);
        return proj.forward(whole).MoveToOuterDisposeScope();
    }

    /// <summary>Adds the nodes for square images.</summary>
    public string Export(OnnxGraph graph, string input, int side)
    {
        var (patch, missing) = (proj.kernel_size[0], Missing(side));
        return graph.AddNode(
            "Conv",
            [input, graph.AddConstant(proj.weight), graph.AddConstant(proj.bias!)],
            new("kernel_shape", [patch, patch]),
            new("strides", [patch, patch]),
            new("pads", [0, 0, missing, missing]));
    }

    private long Missing(long side) => (proj.kernel_size[0] - side % proj.kernel_size[0]) % proj.kernel_size[0];
}
