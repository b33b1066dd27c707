using System.Collections.Concurrent;
using Shouldly;
using Xunit;
using ZiGong.FlowTests.Harness;

namespace ZiGong.FlowTests.Api;

/// <summary>Ten thousand requests that nobody should make, the same ones every time.</summary>
[Collection("light")]
public sealed class FuzzTests
{
    private const int Seed = 20261122;
    private const int Requests = 8_800;
    private const int BrokenRequests = 1_200;
    private readonly ConcurrentBag<(int Status, string What)> _answers = [];

    [Fact]
    public async Task Malformed_requests_are_refused_without_a_fault_and_the_api_still_answers()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        await using var host = await ApiHost.StartAsync(lab);
        using var client = host.Client(token: null);
        var requests = new MalformedRequests(Seed, run);
        var broken = new BrokenHttp(Seed);
        var all = Enumerable.Range(0, Requests).Select(Func<Task> (_) => { var r = requests.Next(); return () => SendAsync(client, r); })
            .Concat(
                Enumerable.Range(0, BrokenRequests)
                    .Select(Func<Task> (_) => { var (bytes, whole) = broken.Next(); return () => SendAsync(host.Address, bytes, whole); }))
            .ToList();
        all.Count.ShouldBe(10_000);

        await Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (send, _) => await send());

        _answers.Where(a => a.Status >= 500).Select(a => $"{a.Status} {a.What}").Distinct().Take(20)
            .ShouldBeEmpty(string.Join("\n\n", host.FaultsSeen.DistinctBy(f => f[..Math.Min(f.Length, 120)]).Take(5)));
        var counts = _answers.GroupBy(a => a.Status).ToDictionary(g => g.Key, g => g.Count());
        foreach (var status in new[] { 200, 400, 401, 404, 405, 413, 415, 431 })
        {
            counts.GetValueOrDefault(status).ShouldBePositive($"the requests must get as far as {status}: {string.Join(", ", counts)}");
        }

        using var boss = host.Client();
        (await boss.GetAsync("/v1/runs").AnswerAsync()).Status.ShouldBe(200);
        (await boss.GetAsync($"/v1/runs/{run}/selection").AnswerAsync()).Status.ShouldBe(200);
    }

    private async Task SendAsync(HttpClient client, HttpRequestMessage request)
    {
        using (request)
        {
            try
            {
                using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                _answers.Add(((int)response.StatusCode, $"{request.Method} {request.RequestUri}"));
            }
            catch (HttpRequestException e)
            {
                // A body that is far too large may be cut off before the client has read the answer.
                (e.InnerException is IOException or System.Net.Sockets.SocketException).ShouldBeTrue($"{request.Method} {request.RequestUri}: {e}");
                _answers.Add((0, ""));
            }
        }
    }

    private async Task SendAsync(Uri address, byte[] bytes, bool whole)
    {
        var answer = await RawHttp.SendAsync(address, bytes, whole ? TimeSpan.FromSeconds(20) : TimeSpan.FromMilliseconds(60));
        var status = RawHttp.StatusOf(answer);

        // 505 is the one answer of the fives that is the caller's doing: a version of HTTP that there is not.
        _answers.Add((status == 505 ? 400 : status, System.Text.Encoding.Latin1.GetString(bytes, 0, Math.Min(bytes.Length, 60))));
    }
}
