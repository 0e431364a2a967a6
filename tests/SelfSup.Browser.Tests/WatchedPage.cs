using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace SelfSup.Browser.Tests;

/// <summary>A page that notes what goes wrong in it, and what it asks for.</summary>
internal sealed class WatchedPage
{
    private readonly ConcurrentQueue<string> errors = [];
    private readonly ConcurrentQueue<Uri> requests = [];

    public WatchedPage(IPage page)
    {
        Page = page;
        page.PageError += (_, error) => errors.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                errors.Enqueue(message.Text);
        };
        page.Request += (_, request) => requests.Enqueue(new Uri(request.Url));
    }

    public IPage Page { get; }

    /// <summary>Exceptions of scripts, and errors and warnings on the console.</summary>
    public IReadOnlyCollection<string> Errors => errors;

    /// <summary>All that was asked for, the page itself first.</summary>
    public IReadOnlyCollection<Uri> Requests => requests;
}
