using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Authentication;
using System.Text.Json;
using System.Text.Json.Serialization;
using ZiGong.Contracts;
using ZiGong.Credit.Experiments;
using ZiGong.Storage;
using ZiGong.Hosting;
using ZiGong.Pipeline.Api;
using ZiGong.Pipeline.Operations;

namespace ZiGong.Cli.Server;

/// <summary>The API of a running pipeline, with errors as the command line reports them.</summary>
public sealed class ApiClient : IDisposable
{
    private const int Tries = 5;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };
    private readonly HttpClient _http;

    /// <param name="ca">PEM file with the authorities that may vouch for the server; empty for those of the system.</param>
    /// <exception cref="InputException">The file cannot be used.</exception>
    public ApiClient(ServerAddress server, string ca = "")
    {
        var handler = new SocketsHttpHandler();
        if (ca.Length > 0)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = TrustedAuthorities.Read(ca, "--server-ca").Validate;
        }

        // An upload takes as long as it takes; what hangs otherwise is ended by Ctrl-C.
        _http = new HttpClient(handler) { BaseAddress = server.Url, Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Token);
    }

    /// <param name="all">Arms of experiments too.</param>
    public Task<List<RunSummary>> RunsAsync(int limit, bool all, CancellationToken ct) =>
        GetAsync<List<RunSummary>>($"v1/runs?limit={limit}&all={(all ? "true" : "false")}", ct);

    /// <param name="name">A run's id, a unique beginning of it, or <c>latest</c>.</param>
    public async Task<RunSummary> FindRunAsync(string name, CancellationToken ct) =>
        (await GetAsync<List<RunSummary>>($"v1/runs?named={Uri.EscapeDataString(name)}", ct)).Single();

    public Task<RunDetails> RunAsync(Guid run, CancellationToken ct) => GetAsync<RunDetails>($"v1/runs/{run}", ct);

    public Task<List<ApiEvent>> EventsAsync(Guid? run, long after, int limit, CancellationToken ct) =>
        GetAsync<List<ApiEvent>>($"v1/{(run is { } id ? $"runs/{id}/" : "")}events?after={after}&limit={limit}", ct);

    public Task<PipelineState> PauseAsync(string reason, CancellationToken ct) => PostAsync<PipelineState>("v1/pipeline/pause", new Reason(reason), ct);

    public Task<PipelineState> ResumeAsync(CancellationToken ct) => PostAsync<PipelineState>("v1/pipeline/resume", null, ct);

    public Task<ReplayPlan> ReplayAsync(Guid run, ReplayOrder order, CancellationToken ct) => PostAsync<ReplayPlan>($"v1/runs/{run}/replay", order, ct);

    public Task RetryAsync(Guid run, CancellationToken ct) => SendAsync(() => Post($"v1/runs/{run}/retry", null), ct);

    public Task CancelAsync(Guid run, string reason, CancellationToken ct) => SendAsync(() => Post($"v1/runs/{run}/cancel", new Reason(reason)), ct);

    public Task<ApiErrorList> ErrorsAsync(bool all, int limit, CancellationToken ct) =>
        GetAsync<ApiErrorList>($"v1/errors?all={(all ? "true" : "false")}&limit={limit}", ct);

    public Task<ApiDeadLetter> ErrorAsync(long id, CancellationToken ct) => GetAsync<ApiDeadLetter>($"v1/errors/{id}", ct);

    public Task<ApiDeadLetter> RequeueAsync(long id, CancellationToken ct) => PostAsync<ApiDeadLetter>($"v1/errors/{id}/requeue", null, ct);

    public Task<ApiDeadLetter> DiscardAsync(long id, string reason, CancellationToken ct) =>
        PostAsync<ApiDeadLetter>($"v1/errors/{id}/discard", new Reason(reason), ct);

    public Task<RunStarted> StartAsync(RunOrder order, CancellationToken ct) => PostOnceAsync<RunStarted>("v1/runs", order, ct);

    public Task<ExperimentOrderStatus> OrderExperimentAsync(ExperimentRequest request, CancellationToken ct) =>
        PostOnceAsync<ExperimentOrderStatus>("v1/experiments", request, ct);

    public Task<ExperimentOrderStatus> ExperimentOrderAsync(Guid order, CancellationToken ct) =>
        GetAsync<ExperimentOrderStatus>($"v1/experiments/orders/{order}", ct);

    public Task<List<ExperimentSummary>> ExperimentsAsync(int limit, CancellationToken ct) =>
        GetAsync<List<ExperimentSummary>>($"v1/experiments?limit={limit}", ct);

    /// <param name="name">An experiment's id, a unique beginning of it, a name (its newest), or <c>latest</c>.</param>
    public async Task<ExperimentSummary> FindExperimentAsync(string name, CancellationToken ct) =>
        (await GetAsync<List<ExperimentSummary>>($"v1/experiments?named={Uri.EscapeDataString(name)}", ct)).Single();

    public Task<ExperimentDetails> ExperimentAsync(string id, CancellationToken ct) => GetAsync<ExperimentDetails>($"v1/experiments/{id}", ct);

    public Task<ExperimentResult> ExperimentResultAsync(string id, CancellationToken ct) => GetAsync<ExperimentResult>($"v1/experiments/{id}/result", ct);

    /// <param name="name">An order's id, or a unique beginning of it beyond the first dash.</param>
    public async Task<ExperimentOrderStatus> FindExperimentOrderAsync(string name, CancellationToken ct) =>
        (await GetAsync<List<ExperimentOrderStatus>>($"v1/experiments/orders?named={Uri.EscapeDataString(name)}", ct)).Single();

    public Task CancelExperimentOrderAsync(Guid order, string reason, CancellationToken ct) =>
        SendAsync(() => Post($"v1/experiments/orders/{order}/cancel", new Reason(reason)), ct);

    public Task CancelExperimentAsync(string id, string reason, CancellationToken ct) =>
        SendAsync(() => Post($"v1/experiments/{id}/cancel", new Reason(reason)), ct);

    /// <summary>Starts something; an answer that does not come is asked for again under the same key, which starts nothing a second time.</summary>
    private async Task<T> PostOnceAsync<T>(string path, object body, CancellationToken ct)
    {
        var key = Guid.CreateVersion7().ToString();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ReadAsync<T>(await SendAsync(() => Keyed(Post(path, body), key), ct), ct);
            }
            catch (IOException) when (attempt < Tries)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), ct);
            }
        }
    }

    public async Task<StoredDescriptor> StoreDescriptorAsync(string yaml, CancellationToken ct) =>
        await ReadAsync<StoredDescriptor>(
            await SendAsync(() => new HttpRequestMessage(HttpMethod.Put, "v1/descriptors") { Content = new StringContent(yaml) }, ct), ct);

    /// <param name="table">Read once from front to end; <see cref="Stream.Position"/> says how far it is.</param>
    public async Task<ApiUpload> UploadAsync(string dataset, string fileName, Stream table, CancellationToken ct)
    {
        var path = $"v1/uploads?dataset={Uri.EscapeDataString(dataset)}&name={Uri.EscapeDataString(fileName)}";
        return await ReadAsync<ApiUpload>(await SendOnceAsync(new HttpRequestMessage(HttpMethod.Put, path) { Content = new StreamContent(table) }, ct), ct);
    }

    public Task<ApiUpload> UploadAsync(Guid upload, CancellationToken ct) => GetAsync<ApiUpload>($"v1/uploads/{upload}", ct);

    public Task<WithdrawSummary> WithdrawAsync(Guid upload, bool dryRun, CancellationToken ct) =>
        PostAsync<WithdrawSummary>($"v1/uploads/{upload}/withdraw{(dryRun ? "?dryRun=true" : "")}", null, ct);

    public void Dispose() => _http.Dispose();

    private async Task<T> GetAsync<T>(string path, CancellationToken ct) =>
        await ReadAsync<T>(await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, path), ct), ct);

    private async Task<T> PostAsync<T>(string path, object? body, CancellationToken ct) => await ReadAsync<T>(await SendAsync(() => Post(path, body), ct), ct);

    private static HttpRequestMessage Post(string path, object? body) => new(HttpMethod.Post, path)
    {
        Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: Json),
    };

    private static HttpRequestMessage Keyed(HttpRequestMessage request, string key)
    {
        request.Headers.Add("Idempotency-Key", key);
        return request;
    }

    /// <summary>Sends, and where the server asks for patience sends again when the time has come.</summary>
    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> request, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var response = await SendOnceAsync(request(), ct, last: attempt == Tries);
            if (response.StatusCode != HttpStatusCode.TooManyRequests)
            {
                return response;
            }

            var wait = response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1);
            response.Dispose();
            await Task.Delay(wait, ct);
        }
    }

    /// <exception cref="InputException">The server refuses what was asked for.</exception>
    /// <exception cref="IOException">It cannot be reached, or cannot do it now.</exception>
    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken ct, bool last = true)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        }
        catch (HttpRequestException e)
        {
            throw new IOException(
                $"the server {_http.BaseAddress} cannot be reached: {(e.InnerException as AuthenticationException ?? (Exception)e).Message}", e);
        }

        if (response.IsSuccessStatusCode || (response.StatusCode == HttpStatusCode.TooManyRequests && !last))
        {
            return response;
        }

        using (response)
        {
            throw await FaultAsync(response, ct);
        }
    }

    private async Task<Exception> FaultAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var detail = "";
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            detail = await DetailAsync(response, ct);
        }

        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => new InputException($"{_http.BaseAddress} does not know the token, or it has expired; give one in ZIGONG_TOKEN"),
            HttpStatusCode.Forbidden => new InputException("the token's role is viewer: this needs an operator's"),
            >= HttpStatusCode.InternalServerError => new IOException(
                $"the server {_http.BaseAddress} answered {(int)response.StatusCode}{(detail.Length > 0 ? $": {detail}" : "; its log says more")}"),
            _ => new InputException(detail.Length > 0 ? detail : $"the server answered {(int)response.StatusCode} {response.ReasonPhrase}"),
        };
    }

    private static async Task<string> DetailAsync(HttpResponseMessage response, CancellationToken ct)
    {
        try
        {
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>(ct);
            return problem.ValueKind == JsonValueKind.Object && problem.TryGetProperty("detail", out var text) ? text.ToString() : "";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or text that is no Unicode: the status says enough.
            return "";
        }
    }

    /// <exception cref="IOException">The answer is none of a pipeline's.</exception>
    private async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken ct)
    {
        using (response)
        {
            try
            {
                return await response.Content.ReadFromJsonAsync<T>(Json, ct) ?? throw new JsonException();
            }
            catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
            {
                // A proxy's page, another program at that address, or another version's pipeline.
                throw new IOException(
                    $"{_http.BaseAddress} did not answer as a pipeline of this version does "
                    + $"({response.Content.Headers.ContentType?.MediaType ?? "no content type"}): is it the right address?",
                    e);
            }
        }
    }
}
