using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Runtime;

/// <summary>
/// libtorch's updates of many parameters in one call, which TorchSharp does not expose: one pass over memory on CPUs, few launches on GPUs.
/// </summary>
/// <remarks>
/// Calls libtorch 2.10's own operators by their mangled names (the Itanium ABI with GNU's standard library: Linux). A C++ exception would end
/// the process, so whatever the operators refuse is answered with false before the call.
/// </remarks>
internal static unsafe class FusedUpdates
{
    private static readonly Lazy<nint> SgdOperator = new(() => Find(
        "_ZN2at4_ops11_fused_sgd_4callEN3c108ArrayRefINS_6TensorEEES5_S5_ddddbbbRKSt8optionalIS4_ES9_"));

    private static readonly Lazy<nint> AdamWOperator = new(() => Find(
        "_ZN2at4_ops13_fused_adamw_4callEN3c108ArrayRefINS_6TensorEEES5_S5_S5_S5_S5_dddddbbRKSt8optionalIS4_ES9_"));

    /// <summary>Whether this platform's libtorch offers them.</summary>
    public static bool AreSupported => SgdOperator.Value != 0 && AdamWOperator.Value != 0;

    /// <summary>Stochastic gradient descent with momentum.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="gradients">The gradient of each.</param>
    /// <param name="velocity">The velocity of each.</param>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="weightDecay">The weight decay.</param>
    /// <param name="momentum">The momentum.</param>
    /// <param name="nesterov">Whether it is Nesterov's.</param>
    /// <returns>Whether it was done; where not, nothing was changed.</returns>
    public static bool Sgd(
        Tensor[] parameters, Tensor[] gradients, Tensor[] velocity, double learningRate, double weightDecay, double momentum, bool nesterov)
    {
        if (momentum == 0 || SgdOperator.Value == 0 || !CanFuse(parameters, velocity))
            return false;
        gradients = LayOutAlike(gradients, parameters);
        nint* absent = stackalloc nint[2] { 0, 0 };
        fixed (nint* values = Pointers(parameters), slopes = Pointers(gradients), speeds = Pointers(velocity))
        {
            var count = parameters.Length;
            ((delegate* unmanaged<TensorList, TensorList, TensorList, double, double, double, double, byte, byte, byte, nint*, nint*, void>)SgdOperator.Value)(
                new(values, count), new(slopes, count), new(speeds, count), weightDecay, momentum, learningRate, 0,
                nesterov ? (byte)1 : (byte)0, 0, 0, absent, absent);
        }
        GC.KeepAlive(gradients);
        return true;
    }

    /// <summary>AdamW.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="gradients">The gradient of each.</param>
    /// <param name="mean">The mean of each one's gradients.</param>
    /// <param name="square">The mean of their squares.</param>
    /// <param name="step">Which step of theirs this is, from 1.</param>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="weightDecay">The weight decay.</param>
    /// <param name="beta1">Share of the earlier mean.</param>
    /// <param name="beta2">Share of the earlier squares.</param>
    /// <param name="epsilon">Added to the divisor.</param>
    /// <returns>Whether it was done; where not, nothing was changed.</returns>
    public static bool AdamW(
        Tensor[] parameters, Tensor[] gradients, Tensor[] mean, Tensor[] square, long step,
        double learningRate, double weightDecay, double beta1, double beta2, double epsilon)
    {
        if (AdamWOperator.Value == 0 || !CanFuse(parameters, mean) || !CanFuse(parameters, square))
            return false;
        using var scope = NewDisposeScope();
        gradients = LayOutAlike(gradients, parameters);
        var steps = new Tensor[parameters.Length];
        Array.Fill(steps, full([], step, float32, parameters[0].device));
        nint* absent = stackalloc nint[2] { 0, 0 };
        fixed (nint* values = Pointers(parameters), slopes = Pointers(gradients), means = Pointers(mean), squares = Pointers(square), counts = Pointers(steps))
        {
            var count = parameters.Length;
            ((delegate* unmanaged<TensorList, TensorList, TensorList, TensorList, TensorList, TensorList, double, double, double, double, double, byte, byte, nint*, nint*, void>)AdamWOperator.Value)(
                new(values, count), new(slopes, count), new(means, count), new(squares, count), new(null, 0), new(counts, count),
                learningRate, beta1, beta2, weightDecay, epsilon, 0, 0, absent, absent);
        }
        GC.KeepAlive(gradients);
        return true;
    }

    // What the kernels take for granted: one device, 32-bit numbers, and the same element in the same place of every list's memory.
    private static bool CanFuse(Tensor[] parameters, Tensor[] state)
    {
        var first = parameters[0];
        if (first.device_type is not (DeviceType.CPU or DeviceType.CUDA))
            return false;
        for (var i = 0; i < parameters.Length; i++)
        {
            var (parameter, held) = (parameters[i], state[i]);
            if (!IsLike(first, parameter) || !IsLike(first, held) || !IsDense(parameter) || !AreLaidOutAlike(parameter, held))
                return false;
        }
        return true;
    }

    private static bool IsLike(Tensor first, Tensor tensor) =>
        tensor.dtype == ScalarType.Float32 && tensor.device_type == first.device_type && tensor.device_index == first.device_index;

    private static Tensor[] LayOutAlike(Tensor[] gradients, Tensor[] parameters) =>
        [.. gradients.Zip(parameters, (gradient, parameter) =>
            gradient.dtype == ScalarType.Float32 && AreLaidOutAlike(parameter, gradient) ? gradient : empty_like(parameter, requires_grad: false).copy_(gradient))];

    private static bool AreLaidOutAlike(Tensor one, Tensor other)
    {
        ReadOnlySpan<long> shape = one.shape, strides = one.stride(), others = other.stride();
        for (var d = 0; d < shape.Length; d++)
        {
            if (shape[d] != 1 && strides[d] != others[d])
                return false;
        }
        return true;
    }

    // Without gaps, in whatever order of the dimensions.
    private static bool IsDense(Tensor tensor)
    {
        long[] shape = tensor.shape, strides = tensor.stride();
        Array.Sort(strides, shape);
        var next = 1L;
        for (var d = 0; d < shape.Length; d++)
        {
            if (shape[d] == 1)
                continue;
            if (strides[d] != next)
                return false;
            next *= shape[d];
        }
        return true;
    }

    // A list of libtorch's tensors is one of pointers to their implementations, which a handle points to.
    private static nint[] Pointers(Tensor[] tensors) => Array.ConvertAll(tensors, tensor => *(nint*)tensor.Handle);

    private static nint Find(string name) =>
        OperatingSystem.IsLinux() && NativeTorch.TryFind("libtorch_cpu", out var library) && NativeLibrary.TryGetExport(library, name, out var address)
            ? address
            : 0;

    /// <summary>c10::ArrayRef of tensors.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TensorList(nint* first, nint count)
    {
        public readonly nint* First = first;
        public readonly nint Count = count;
    }
}
