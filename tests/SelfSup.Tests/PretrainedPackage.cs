namespace SelfSup.Tests;

/// <summary>The NuGet package of ImageNet's ResNet-18, where it was restored, and photos to run it on.</summary>
internal static class PretrainedPackage
{
    private const string Name = "microsoft.ml.dnnimagefeaturizer.resnet18/0.23.1";
    private const string PhotosVariable = "SELFSUP_PHOTOS";

    /// <summary>The package's folder; null if it is absent.</summary>
    public static string? Folder { get; } = Find(Path.Combine(
        Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"),
        Name));

    /// <summary>A folder of photos at any depth; null if none is named.</summary>
    public static string? Photos { get; } = Find(Environment.GetEnvironmentVariable(PhotosVariable));

    /// <summary>The model itself.</summary>
    public static string Model => Path.Combine(Folder!, "tools", "DnnImageModels", "ResNet18Onnx", "ResNet18.onnx");

    public static string MissingPackage => $"The package {Name} is not among NuGet's; building samples/Pretrained restores it.";

    public static string MissingPhotos => $"{PhotosVariable} names no folder of photos.";

    private static string? Find(string? folder) => Directory.Exists(folder) ? folder : null;
}

/// <summary>A test that is skipped, with the reason, where the package is absent.</summary>
internal sealed class PackageFactAttribute : FactAttribute
{
    public PackageFactAttribute()
    {
        if (PretrainedPackage.Folder is null)
            Skip = PretrainedPackage.MissingPackage;
    }
}

/// <summary>A test that is skipped, with the reason, where the package or photos are absent.</summary>
internal sealed class PhotoFactAttribute : FactAttribute
{
    public PhotoFactAttribute()
    {
        if (PretrainedPackage.Folder is null)
            Skip = PretrainedPackage.MissingPackage;
        else if (PretrainedPackage.Photos is null)
            Skip = PretrainedPackage.MissingPhotos;
    }
}
