using System.Net;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using SelfSup.Data;
using SelfSup.Extensions.AI;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace SelfSup.Samples.Web;

/// <summary>The page, the search behind it, and the limits of both.</summary>
internal static class SearchApp
{
    /// <summary>The largest upload in bytes.</summary>
    public const int LargestUpload = 20_000_000;

    /// <summary>The most pixels of an image: its header is asked before there is memory for them.</summary>
    private const int MostPixels = 50_000_000;
    private const int MostConnections = 64;

    /// <summary>Makes the app; its photos are not indexed yet.</summary>
    public static WebApplication Create(SearchSettings settings)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None); // the program says in a line why it did not start
        // Only this computer reaches it, and no page of another name that leads here.
        builder.WebHost.UseSetting("AllowedHosts", "localhost;127.0.0.1");
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.Listen(IPAddress.Loopback, settings.Port);
            server.AddServerHeader = false;
            server.Limits.MaxRequestBodySize = LargestUpload;
            server.Limits.MaxConcurrentConnections = MostConnections;
        });
        AddServices(builder.Services, settings);

        var app = builder.Build();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.Use(AddSafetyHeaders);
        app.UseDefaultFiles();
        app.UseStaticFiles();
        app.MapPost("/search", SearchAsync);
        app.MapGet("/photos/{id:int}", ShowPhoto);
        return app;
    }

    private static void AddServices(IServiceCollection services, SearchSettings settings)
    {
        var decoder = IImageDecoder.WithMaxPixels(MostPixels);
        var session = new SessionOptions { IntraOpNumThreads = 1 }; // each request computes on its own thread
        services.AddProblemDetails();
        services.AddSelfSupEmbeddings(settings.Encoder, new() { Decoder = decoder, Session = session });
        services.AddSingleton<VectorStoreCollection<int, Photo>, MemoryPhotos>(); // or that of another store
        services.AddSingleton(ImageFolder.Open(settings.Photos, decoder));
        services.AddSingleton<PhotoIndex>();
        if (settings.Classifier is { } classifier)
            services.AddSingleton(_ => new OnnxClassifier(classifier, decoder, session));
        services.AddSingleton(all => new PhotoSearch(
            all.GetRequiredService<IEmbeddingGenerator<DataContent, Embedding<float>>>(),
            all.GetRequiredService<VectorStoreCollection<int, Photo>>(),
            all.GetService<OnnxClassifier>()));
    }

    private static async Task<IResult> SearchAsync(HttpRequest request, PhotoSearch search, CancellationToken cancellation)
    {
        try
        {
            var photo = await DataContent.LoadFromAsync(request.Body, cancellationToken: cancellation);
            return TypedResults.Ok(await search.FindAsync(photo, cancellation));
        }
        catch (ImageReadException e)
        {
            // The inner message is the reason alone.
            return TypedResults.Problem((e.InnerException ?? e).Message, statusCode: StatusCodes.Status400BadRequest, title: "This is no photo that can be read.");
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return TypedResults.Problem(
                $"the file is larger than {LargestUpload / 1_000_000} MB", statusCode: e.StatusCode, title: "This photo is too large.");
        }
    }

    private static IResult ShowPhoto(int id, ImageFolder photos, HttpResponse response)
    {
        if (id < 0 || id >= photos.Count)
            return TypedResults.NotFound();
        try
        {
            var thumbnail = Thumbnail.Draw(photos, id);
            response.Headers.CacheControl = "private, max-age=3600";
            return TypedResults.Bytes(thumbnail, "image/jpeg");
        }
        catch (ImageReadException)
        {
            return TypedResults.NotFound(); // it is gone since it was indexed
        }
    }

    private static Task AddSafetyHeaders(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        return next(context);
    }
}
