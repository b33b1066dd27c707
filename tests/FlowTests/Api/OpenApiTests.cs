using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;
using ZiGong.FlowTests.Harness;

namespace ZiGong.FlowTests.Api;

/// <summary>The document is made from the routes: here it is held against them and against what was promised.</summary>
[Collection("light")]
public sealed class OpenApiTests
{
    private static readonly string[] Promised =
    [
        "GET /v1/runs", "POST /v1/runs", "GET /v1/runs/{id}", "GET /v1/runs/{id}/events", "GET /v1/runs/{id}/selection", "POST /v1/runs/{id}/replay",
        "POST /v1/runs/{id}/retry", "POST /v1/runs/{id}/cancel", "GET /v1/events", "GET /v1/pipeline", "POST /v1/pipeline/pause", "POST /v1/pipeline/resume",
        "GET /v1/errors", "GET /v1/errors/{id}", "POST /v1/errors/{id}/requeue", "POST /v1/errors/{id}/discard", "GET /v1/artifacts/{hash}",
        "PUT /v1/uploads", "GET /v1/uploads/{id}", "POST /v1/uploads/{id}/withdraw", "PUT /v1/descriptors",
        "GET /v1/experiments", "POST /v1/experiments", "GET /v1/experiments/{id}", "GET /v1/experiments/{id}/result", "POST /v1/experiments/{id}/cancel",
        "GET /v1/experiments/orders", "GET /v1/experiments/orders/{id}", "POST /v1/experiments/orders/{id}/cancel",
    ];

    [Fact]
    public async Task The_document_has_every_route_and_every_route_is_in_it()
    {
        await using var lab = await Lab.NewAsync();
        await using var host = await ApiHost.StartAsync(lab);
        using var client = host.Client(ApiHost.Viewer);
        var document = await client.GetAsync("/openapi/v1.json").JsonAsync();
        document.GetProperty("openapi").GetString().ShouldNotBeNull().ShouldStartWith("3.");
        var described = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}"))
            .Where(r => r.Contains("/v1/", StringComparison.Ordinal))
            .ToList();
        described.Order(StringComparer.Ordinal).ShouldBe(Promised.Order(StringComparer.Ordinal));

        var mapped = host.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.StartsWith("/v1", StringComparison.Ordinal)).ToList();
        mapped.Count.ShouldBe(Promised.Length);
        document.GetProperty("components").GetProperty("securitySchemes").GetProperty("token").GetProperty("scheme").GetString().ShouldBe("bearer");
    }
}
