namespace SelfSup.Optimization;

/// <summary>How LARS finds the size of a weight's step. g is the gradient, w the weight, λ the weight decay.</summary>
public enum LarsForm
{
    /// <summary>
    /// trust · |w| / (|g| + λ|w|), the sum of two norms: the paper's form, and that of NVIDIA's Apex.
    /// </summary>
    SumOfNorms,

    /// <summary>
    /// trust · |w| / |g + λw|, the norm of the sum: the form in which the authors of Barlow Twins, VICReg and MoCo v3 published their code.
    /// </summary>
    NormOfSum,
}
