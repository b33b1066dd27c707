using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using ZiGong.Contracts;
using ZiGong.Control.Api.Access;
using ZiGong.Control.Api.Artifacts;
using ZiGong.Control.Api.Experiments;
using ZiGong.Control.Api.Operations;
using ZiGong.Control.Api.Runs;
using ZiGong.Control.Api.Uploads;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.Storage;

namespace ZiGong.Control.Api;

/// <summary>The HTTP API: everything that an operator does at the command line, for programs and from afar.</summary>
public static class ControlApi
{
    public static void AddControlApi(this IServiceCollection services)
    {
        services.AddSingleton(s => (s.GetRequiredService<IConfiguration>().GetSection(ApiOptions.Section).Get<ApiOptions>() ?? new ApiOptions()).Checked());
        services.AddSingleton<TokenStore>();
        services.AddSingleton<OfferedBases>();
        services.AddSingleton<UploadIntake>();
        services.AddSingleton<Withdrawals>();
        services.AddAuthentication(TokenAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(TokenAuthentication.SchemeName, null);
        services.AddAuthorizationBuilder().AddPolicy(nameof(ApiRole.Operator), policy => policy.RequireRole(nameof(ApiRole.Operator)));
        services.AddRateLimiter(RequestLimits.Apply);
        services.Configure<KestrelServerOptions>(RequestLimits.Apply);
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false));
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            json.SerializerOptions.RespectNullableAnnotations = true;
            json.SerializerOptions.RespectRequiredConstructorParameters = true;
        });
        services.AddExceptionHandler<ApiErrors>();
        services.AddProblemDetails();
        services.AddOpenApi("v1", openApi => openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo { Title = "ZiGong.Pipeline", Version = CodeVersions.Product };
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
            {
                ["token"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" },
            };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("token", document)] = [] }];
            return Task.CompletedTask;
        }));
    }

    /// <exception cref="InputException">The tokens, or an address to listen on, cannot be used.</exception>
    public static void MapControlApi(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<ApiOptions>();
        ListenAddresses.Check(AddressesOf(app), options.AllowPlainHttp);
        app.Services.GetRequiredService<TokenStore>().Open();

        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.Use(RequestLimits.Utf8OnlyAsync);

        app.MapOpenApi("/openapi/{documentName}.json").RequireAuthorization();
        var view = app.MapGroup("/v1").RequireAuthorization();
        var operate = app.MapGroup("/v1").RequireAuthorization(nameof(ApiRole.Operator));
        RunEndpoints.Map(view, operate);
        EventEndpoints.Map(view);
        ExperimentEndpoints.Map(view, operate);
        OperationEndpoints.Map(view, operate);
        ErrorEndpoints.Map(view, operate);
        ArtifactEndpoints.Map(view);
        UploadEndpoints.Map(view, operate);
    }

    /// <summary>Kestrel takes the endpoints of its own section before the address of the pipeline's.</summary>
    private static IEnumerable<string> AddressesOf(WebApplication app) =>
    [
        .. app.Services.GetRequiredService<PipelineOptions>().Http.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        .. app.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(e => e["Url"]).OfType<string>(),
    ];
}
