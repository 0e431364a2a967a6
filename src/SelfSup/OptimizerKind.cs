namespace SelfSup;

/// <summary>How parameters are updated.</summary>
public enum OptimizerKind
{
    /// <summary>Stochastic gradient descent with Nesterov momentum.</summary>
    Sgd,

    /// <summary>Adam with decoupled weight decay.</summary>
    AdamW,

    /// <summary>SGD with momentum in which every layer's step is in proportion to its weights, for batches of a thousand and more.</summary>
    Lars,
}
