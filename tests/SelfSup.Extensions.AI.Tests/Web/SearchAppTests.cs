using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SelfSup.Data.Tests.Decoding;
using SelfSup.Samples.Web;
using SkiaSharp;

namespace SelfSup.Extensions.AI.Tests.Web;

/// <summary>The sample's app over HTTP.</summary>
public class SearchAppTests(SearchServer server) : IClassFixture<SearchServer>
{
    [Fact]
    public async Task A_photo_of_the_folder_finds_itself_and_its_class()
    {
        var file = File.ReadAllBytes(server.Models.PhotoFile(5));
        var answer = (await (await server.SearchAsync(file)).EnsureSuccessStatusCode().Content.ReadFromJsonAsync<SearchAnswer>(JsonSerializerOptions.Web))!;
        Assert.Equal("5.jpg", answer.Neighbors[0].Name);
        Assert.InRange(answer.Neighbors[0].Similarity, 0.9999, 1.0001);
        Assert.Equal(answer.Neighbors.OrderByDescending(neighbor => neighbor.Similarity), answer.Neighbors);
        var expected = server.Models.Classifier.Predict(file);
        Assert.Equal(expected.Label, answer.Classes[0].Label);
        Assert.InRange(answer.Classes[0].Probability, expected.Probability - 1e-3, expected.Probability + 1e-3);
    }

    [Fact]
    public async Task Photos_are_shown_small_and_without_what_a_camera_notes()
    {
        using var response = await server.Client.GetAsync(new Uri("photos/3", UriKind.Relative));
        Assert.Equal("image/jpeg", response.Content.Headers.ContentType?.MediaType);
        using var picture = SKBitmap.Decode(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal((224, 224), (picture.Width, picture.Height));
        foreach (var none in (string[])["photos/-1", "photos/99999", "photos/..%2F..%2Fencoder.onnx", "photos/3.jpg", "encoder.onnx", "Web.dll"])
            Assert.Equal(HttpStatusCode.NotFound, (await server.Client.GetAsync(new Uri(none, UriKind.Relative))).StatusCode);
    }

    [Fact]
    public void A_damaged_photo_is_left_out_of_the_index() => Assert.Equal(["damaged.jpg"], server.Failures);

    [Fact]
    public async Task A_corrupt_upload_is_400_with_the_reason_and_no_path()
    {
        var (problem, text) = await RefusalAsync(ExportedModels.Draw(0)[..700], HttpStatusCode.BadRequest);
        Assert.Contains("truncated", problem.GetProperty("detail").GetString());
        Assert.DoesNotContain(Path.GetTempPath(), text);
        (problem, _) = await RefusalAsync("hello"u8.ToArray(), HttpStatusCode.BadRequest);
        Assert.Contains("not an image", problem.GetProperty("detail").GetString());
        (problem, _) = await RefusalAsync([], HttpStatusCode.BadRequest);
        Assert.Contains("empty", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task An_image_of_too_many_pixels_is_refused_by_its_header()
    {
        // A PNG that claims 30,000 x 30,000 pixels, and whose bytes could hold them.
        var bomb = new byte[1_000_000];
        EncodedImage.Make(8, 8, (_, _) => SKColors.Red, SKEncodedImageFormat.Png).CopyTo(bomb, 0);
        foreach (var place in (int[])[16, 20])
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bomb.AsSpan(place), 30_000);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bomb.AsSpan(29), System.IO.Hashing.Crc32.HashToUInt32(bomb.AsSpan(12, 17)));
        var (problem, _) = await RefusalAsync(bomb, HttpStatusCode.BadRequest);
        Assert.Contains("30000 x 30000 is above the limit", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_large_upload_is_413()
    {
        var (problem, _) = await RefusalAsync(new byte[SearchApp.LargestUpload + 1], HttpStatusCode.RequestEntityTooLarge);
        Assert.Contains("20 MB", problem.GetProperty("detail").GetString());
        var page = await server.Client.GetStringAsync(new Uri("/", UriKind.Relative));
        Assert.Contains($"data-most-bytes=\"{SearchApp.LargestUpload}\"", page);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/page.js")]
    [InlineData("/photos/0")]
    [InlineData("/nothing")]
    public async Task Every_answer_has_the_headers_that_guard_a_page(string path)
    {
        using var response = await server.Client.GetAsync(new Uri(path, UriKind.Relative));
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy);
        Assert.DoesNotContain("unsafe", policy);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Other_hosts_are_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "evil.example" } };
        Assert.Equal(HttpStatusCode.BadRequest, (await server.Client.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task Many_uploads_at_once_are_all_answered_and_the_corrupt_one_alone_is_refused()
    {
        const int uploads = 200, corrupt = 77;
        var statuses = new HttpStatusCode[uploads];
        await Parallel.ForAsync(0, uploads, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            var file = ExportedModels.Draw(i % ExportedModels.PhotoCount);
            using var response = await server.SearchAsync(i == corrupt ? file[..(file.Length / 2)] : file);
            statuses[i] = response.StatusCode;
            if (i != corrupt)
            {
                var answer = await response.Content.ReadFromJsonAsync<SearchAnswer>(JsonSerializerOptions.Web);
                Assert.Equal($"{i % ExportedModels.PhotoCount}.jpg", answer!.Neighbors[0].Name);
            }
        });
        Assert.All(statuses.Index(), status => Assert.Equal(status.Index == corrupt ? HttpStatusCode.BadRequest : HttpStatusCode.OK, status.Item));
    }

    private async Task<(JsonElement Problem, string Text)> RefusalAsync(byte[] file, HttpStatusCode expected)
    {
        using var response = await server.SearchAsync(file);
        Assert.Equal(expected, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var text = await response.Content.ReadAsStringAsync();
        return (JsonDocument.Parse(text).RootElement, text);
    }
}
