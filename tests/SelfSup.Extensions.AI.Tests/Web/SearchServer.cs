using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using SelfSup.Samples.Web;

namespace SelfSup.Extensions.AI.Tests.Web;

/// <summary>The sample's app on a free port of this computer, with the photos of <see cref="ExportedModels"/> and one that is damaged.</summary>
public sealed class SearchServer : IAsyncLifetime
{
    internal const string OddName = "<img src=x onerror=alert(1)> & 'co'.jpg";
    private readonly ExportedModels models = new();

    internal ExportedModels Models => models;

    internal WebApplication App { get; private set; } = null!;

    internal HttpClient Client { get; } = new();

    internal string DamagedPhoto => Path.Combine(models.Photos, "damaged.jpg");

    public async Task InitializeAsync()
    {
        File.WriteAllBytes(DamagedPhoto, ExportedModels.Draw(0).AsSpan(0, 700));
        if (!OperatingSystem.IsWindows())
            File.WriteAllBytes(Path.Combine(models.Photos, OddName), ExportedModels.Draw(100));
        App = SearchApp.Create(new() { Encoder = models.EncoderFile, Photos = models.Photos, Classifier = models.ClassifierFile });
        Failures = [.. (await App.Services.GetRequiredService<PhotoIndex>().FillAsync(null, CancellationToken.None)).Select(failure => failure.Name)];
        await App.StartAsync();
        Client.BaseAddress = new Uri(App.Urls.First());
    }

    internal IReadOnlyList<string> Failures { get; private set; } = [];

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
        models.Dispose();
    }

    internal async Task<HttpResponseMessage> SearchAsync(byte[] file)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "search") { Content = new ByteArrayContent(file) };
        request.Headers.ExpectContinue = file.Length > SearchApp.LargestUpload; // else the refusal may cut the upload short
        return await Client.SendAsync(request);
    }
}
