// libtorch's default generator and thread count belong to the process, so tests that use tensors run one after another.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
