using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Pipeline.Operations;

namespace ZiGong.Control.Api;

/// <summary>Something that is asked for is not there; answered with 404.</summary>
internal sealed class NotFoundException(string message) : Exception(message);

/// <summary>The caller's role does not reach; answered with 403.</summary>
internal sealed class ForbiddenException(string message) : Exception(message);

/// <summary>Every error as problem+json. What is the caller's to mend says how; what is ours says nothing about our inside and is logged.</summary>
internal sealed class ApiErrors(IProblemDetailsService problems, ILogger<ApiErrors> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to read an answer.
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var (status, detail) = Describe(exception);
        if (status >= 500)
        {
            log.LogError(exception, "{Method} {Path} ended in {Status}", httpContext.Request.Method, httpContext.Request.Path, status);
        }

        httpContext.Response.StatusCode = status;
        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails = new ProblemDetails { Status = status, Detail = detail },
        });
    }

    private static (int Status, string? Detail) Describe(Exception exception) => exception switch
    {
        InputException input => (StatusCodes.Status400BadRequest, input.Message),
        KeyReusedException reused => (StatusCodes.Status409Conflict, reused.Message),
        ForbiddenException forbidden => (StatusCodes.Status403Forbidden, forbidden.Message),
        NotFoundException missing => (StatusCodes.Status404NotFound, missing.Message),
        BadHttpRequestException { InnerException: JsonException json } bad => (bad.StatusCode, $"the body is not what this address takes: {Place(json)}"),
        BadHttpRequestException bad => (bad.StatusCode, bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? "the body is too large" : bad.Message),

        // Class 22: a value that no column can hold, such as a text with the character zero.
        PostgresException { SqlState: ['2', '2', ..] } => (StatusCodes.Status400BadRequest, "a value in the request cannot be stored"),
        DbUpdateException { InnerException: NpgsqlException inner } => Describe(inner),
        NpgsqlException => (StatusCodes.Status503ServiceUnavailable, "the database cannot be reached; try again later"),
        InvalidOperationException { InnerException: NpgsqlException { IsTransient: true } } =>
            (StatusCodes.Status503ServiceUnavailable, "the database cannot be reached; try again later"),
        IOException { HResult: 28 } or IOException { InnerException: IOException } => (StatusCodes.Status507InsufficientStorage, "there is no space left"),
        _ => (StatusCodes.Status500InternalServerError, null),
    };

    // The message itself names our types.
    private static string Place(JsonException e) =>
        e.Path is { Length: > 0 } path ? $"see {path}, line {e.LineNumber + 1}" : $"it is not valid JSON, see line {e.LineNumber + 1}";
}
