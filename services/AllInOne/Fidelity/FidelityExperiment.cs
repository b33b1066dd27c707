using System.Runtime.InteropServices;
using ZiGong.Contracts;
using ZiGong.Credit.Splits;
using ZiGong.Hosting;
using ZiGong.Influence.Fidelity;
using ZiGong.Mistral;
using ZiGong.Models;
using ZiGong.Pipeline;
using ZiGong.Storage;
using ZiGong.TracSeqScoring;
using ZiGong.Training;
using ZiGong.Training.Agent;
using ZiGong.Training.Fidelity;

namespace ZiGong.AllInOne.Fidelity;

/// <summary>
/// Measures what scores are worth (tracseq.md, "Score fidelity"). Every agent and every trained subset is a piece of work whose outcome is found by its
/// key, so an experiment that was stopped goes on where it was; pieces run on all workers.
/// </summary>
/// <param name="workers">Pieces at a time; tensors use one thread each.</param>
/// <param name="progress">Told pieces done, pieces in all, and what they are.</param>
public sealed class FidelityExperiment(
    FidelityData data, FidelitySettings settings, RunOptions options, ArtifactStore artifacts, ModelStore models, KeyedResults results, int workers, Action<int, int, string> progress)
{
    private static readonly int[] Widths = [1024, 4096, 16384];
    private readonly string[] _answers = [.. data.Training.Select(s => s.Answer)];
    private readonly InfluenceMatrix _matrix = new(
        [.. data.Training.Select(s => s.Id)],
        [.. data.Training.Select(s => data.DecayIdentified && s.ObservedAt is { } time ? SplitTime.Months(time) : (double?)null)],
        [.. data.References.Select(s => s.Answer)],
        data.AsOf);

    private readonly IReadOnlyList<InfluenceArm> _arms = Arms.Of(options.TracSeq, options.Gradients.Width, data.DecayIdentified);
    private string _base = "";
    private IReadOnlyDictionary<string, string> _rules = new Dictionary<string, string>();
    private int _trained;
    private int _found;

    /// <exception cref="InputException">The base is not nano, whose encoding this experiment uses.</exception>
    public async Task<FidelityResult> RunAsync(IReadOnlySet<FidelityMeasure> measures, CancellationToken ct)
    {
        if (options.Agent.Base != "nano" || options.Tuning.Base != "nano")
        {
            throw new InputException("experiment fidelity trains hundreds of models and knows only the nano base: leave Agent:Base and Tuning:Base as they are");
        }

        var encoding = await artifacts.PutAsync(data.Encoding.ToJson(), ct);
        using var folders = new BaseFolders(memory: null);
        using var encoders = new Encoders(artifacts, folders);
        _base = await new BaseModels(artifacts, encoders).RequireAsync("nano", encoding, options, ct);
        (_trained, _found) = (0, 0);
        var agents = measures.Overlaps([FidelityMeasure.Lds, FidelityMeasure.Loo, FidelityMeasure.Stability]) ? await AgentsAsync(ct) : [];
        var lds = measures.Contains(FidelityMeasure.Lds) ? await LdsAsync(agents, ct) : null;
        var loo = measures.Contains(FidelityMeasure.Loo) ? await LeaveOneOutAsync(agents, ct) : null;
        var flips = measures.Contains(FidelityMeasure.Flips) ? await FlipsAsync(ct) : null;
        var sketch = measures.Contains(FidelityMeasure.Sketch) ? await SketchAsync(ct) : null;
        var stability = measures.Contains(FidelityMeasure.Stability) && settings.Seeds > 1 ? Measures.Stability(agents) : null;
        return new FidelityResult(
            data.Descriptor.Name, data.Training.Count, data.References.Count, _answers.Count(a => a == data.Descriptor.Answer.Positive), data.Periods.Count, data.DecayIdentified, settings,
            _rules,
            lds, loo, flips, sketch, stability, _trained, _found);
    }

    /// <summary>[agent][arm]</summary>
    private async Task<IReadOnlyList<IReadOnlyList<ArmScores>>> AgentsAsync(CancellationToken ct)
    {
        var runs = Seeds.Select(seed => new AgentScoring(data, options, _base, seed, _answers, _answers, Arms.Spaces(_arms))).ToList();
        var products = await ProductsAsync("agents", runs, ct);
        return Ruled([.. products.Select((p, i) => ArmScores.All(_arms, _matrix, p, _answers, (ulong)i + 1))]);
    }

    private IReadOnlyList<IReadOnlyList<ArmScores>> Ruled(IReadOnlyList<IReadOnlyList<ArmScores>> agents)
    {
        _rules = agents[0].ToDictionary(a => a.Name, a => a.Rule, StringComparer.Ordinal);
        return agents;
    }

    private async Task<LdsFigures> LdsAsync(IReadOnlyList<IReadOnlyList<ArmScores>> agents, CancellationToken ct)
    {
        int[][] subsets = [.. Enumerable.Range(0, settings.Subsets).Select(Half)];
        var work = Seeds.SelectMany(seed => subsets.Select(members => Training(seed, [.. members.Select(m => Member(m, 1))]))).ToList();
        var losses = (await DoAsync("subsets", work, ct)).Select(Numbers).Chunk(subsets.Length).ToArray();
        return Measures.Lds(agents, _matrix, subsets, losses, settings);
    }

    private async Task<LeaveOneOutFigures> LeaveOneOutAsync(IReadOnlyList<IReadOnlyList<ArmScores>> agents, CancellationToken ct)
    {
        int[] places = [.. ByHash("left out").Take(settings.LeftOut).Order()];
        var work = Seeds.SelectMany(seed => places.Prepend(-1).Select(left =>
            Training(seed, [.. Enumerable.Range(0, _answers.Length).Select(i => Member(i, i == left ? 0 : 1))]))).ToList();
        var losses = (await DoAsync("left out", work, ct)).Select(Numbers).Chunk(places.Length + 1).ToArray();
        return Measures.LeaveOneOut(agents, _matrix, places, [.. losses.Select(l => l[0])], [.. losses.Select(l => l[1..])], settings);
    }

    private async Task<FlipFindings> FlipsAsync(CancellationToken ct)
    {
        var recorded = Seeds.Select(Flip).ToList();
        var runs = Seeds.Zip(recorded, (seed, answers) => new AgentScoring(data, options, _base, seed, answers, answers, Arms.Spaces(_arms))).ToList();
        var clean = Seeds.Zip(recorded, (seed, answers) => new AgentScoring(data, options, _base, seed, _answers, answers, [])).ToList();
        var products = await ProductsAsync("flipped agents", [.. runs, .. clean], ct);
        var scores = Ruled([.. products.Take(runs.Count).Select((p, i) => ArmScores.All(_arms, _matrix, p, recorded[i], (ulong)i + 1))]);
        FlipRanking Rank(int seed, double[] of) => new(of, recorded[seed], [.. recorded[seed].Select((a, i) => a != _answers[i])], settings.Inspected);
        return new FlipFindings(
            recorded[0].Where((a, i) => a != _answers[i]).Count(),
            Measures.Flips(
                [
                    .. scores[0].Select((arm, a) => (arm.Name, (IReadOnlyList<FlipRanking>)[.. scores.Select((s, seed) => Rank(seed, s[a].Group))])),
                    ("oracle", [.. products.Skip(runs.Count).Select((p, seed) => Rank(seed, [.. p[^1].Losses.Select(l => -l)]))]),
                ],
                _answers.Length, settings.Resamples));
    }

    private async Task<IReadOnlyList<SketchFigures>> SketchAsync(CancellationToken ct)
    {
        GradientSpace[] spaces = [new(SpaceKind.Exact), .. Widths.Select(w => new GradientSpace(SpaceKind.Sketch, w))];
        var products = await ProductsAsync("sketches", [new AgentScoring(data, options, _base, 1, _answers, _answers, spaces)], ct);
        return Measures.Sketch(_arms[0], _matrix, products[0], Widths);
    }

    private IEnumerable<ulong> Seeds => Enumerable.Range(1, settings.Seeds).Select(s => (ulong)s);

    /// <summary>Half of the samples, drawn by the hash of subset and id.</summary>
    private int[] Half(int subset) => [.. ByHash($"subset {subset}").Take(_answers.Length / 2).Order()];

    private IEnumerable<int> ByHash(string purpose) => Enumerable.Range(0, _answers.Length)
        .OrderBy(i => SeededRandom.Derive((ulong)options.Seed, purpose, data.Training[i].Id)).ThenBy(i => i);

    /// <summary>The answers with a share of each class turned into the next allowed answer; at least one.</summary>
    private string[] Flip(ulong seed)
    {
        var allowed = data.Descriptor.Answer.Allowed;
        var answers = _answers.ToArray();
        foreach (var members in ByHash($"flip {seed}").GroupBy(i => _answers[i]))
        {
            var all = members.ToList();
            foreach (var i in all.Take(Math.Max(1, (int)Math.Round(settings.Flips * all.Count))))
            {
                answers[i] = allowed[(allowed.ToList().IndexOf(answers[i]) + 1) % allowed.Count];
            }
        }

        return answers;
    }

    private SubsetMember Member(int place, double weight) =>
        new(data.Training[place].Id, AgentSlices.ToExample(data.Encoding.Encode(data.Training[place])), weight);

    private Work Training(ulong seed, IReadOnlyList<SubsetMember> members)
    {
        var protocol = new SubsetProtocol(_base, seed, settings.Steps, options.Tuning);
        var key = ContentHash.Of(
            ["fidelity subset", .. protocol.KeyParts, ContentHash.Of(data.Encoding.ToJson()), .. members.Select(m => $"{m.Id} {m.Weight:R}"), "of", .. data.References.Select(r => r.Id)]);
        return new Work(key, async ct =>
        {
            List<Example> references = [.. data.References.Select(r => AgentSlices.ToExample(data.Encoding.Encode(r)))];
            return MemoryMarshal.AsBytes((await SubsetTraining.LossesAsync(models, artifacts, protocol, members, references, ct)).AsSpan()).ToArray();
        });
    }

    private async Task<IReadOnlyList<IReadOnlyList<CheckpointProducts>>> ProductsAsync(string what, IReadOnlyList<AgentScoring> agents, CancellationToken ct) =>
        [.. (await DoAsync(what, [.. agents.Select(a => new Work(a.Key, token => a.RunAsync(models, artifacts, token)))], ct)).Select(ProductsFile.Read)];

    private static double[] Numbers(byte[] bytes) => MemoryMarshal.Cast<byte, double>(bytes).ToArray();

    private async Task<byte[][]> DoAsync(string what, IReadOnlyList<Work> work, CancellationToken ct)
    {
        var outcomes = new byte[work.Count][];
        var done = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, work.Count),
            new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = ct },
            async (i, token) =>
            {
                var found = await results.FindAsync(work[i].Key, token);
                outcomes[i] = found ?? await work[i].DoAsync(token);
                if (found is null)
                {
                    await results.PutAsync(work[i].Key, outcomes[i], token);
                    Interlocked.Increment(ref _trained);
                }
                else
                {
                    Interlocked.Increment(ref _found);
                }

                progress(Interlocked.Increment(ref done), work.Count, what);
            });
        return outcomes;
    }

    /// <summary>A piece of work and the key of what it follows from.</summary>
    private sealed record Work(string Key, Func<CancellationToken, Task<byte[]>> DoAsync);
}
