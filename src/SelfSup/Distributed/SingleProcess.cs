using static TorchSharp.torch;

namespace SelfSup.Distributed;

/// <summary>The group of a process that trains by itself.</summary>
internal sealed class SingleProcess : IProcessGroup
{
    public static SingleProcess Instance { get; } = new();

    public int Rank => 0;

    public int Size => 1;

    public int LocalSize => 1;

    public void Sum(Tensor values)
    {
    }

    public void Broadcast(Tensor values, int root)
    {
    }

    public void Abort(Exception error)
    {
    }
}
