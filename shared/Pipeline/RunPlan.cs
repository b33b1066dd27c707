using System.Text.Json;
using System.Text.Json.Serialization;
using ZiGong.Influence.Fidelity;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline;

/// <summary>What a fidelity run works on, as the column <c>plan</c> of its row has it.</summary>
/// <param name="Artifact">Hash of the <see cref="FidelityPlan"/>.</param>
/// <param name="Groups">Its pieces.</param>
public sealed record RunPlan(string Artifact, IReadOnlyList<PieceGroup> Groups)
{
    /// <summary>Names of the units, in the order in which they are worked on.</summary>
    [JsonIgnore]
    public IEnumerable<string> Pieces => Groups.SelectMany(g => g.Units);

    [JsonIgnore]
    public int Count => Groups.Sum(g => g.Count);

    /// <summary>The first sort of pieces that is not done, and how many of it are; null where all are.</summary>
    public (PieceGroup Group, int Done)? UnderWay(IReadOnlySet<string> done) => Groups.FirstOrDefault(g => !g.Units.All(done.Contains)) is { } group
        ? (group, group.Units.Count(done.Contains))
        : null;

    /// <summary>Null for a run of any other kind.</summary>
    public static RunPlan? Of(RunRow run) => run.Plan is { } json ? JsonSerializer.Deserialize<RunPlan>(json) : null;

    /// <summary>What its pieces are.</summary>
    /// <exception cref="DamagedArtifactException">It is lost; the command that asked for the run stores it again.</exception>
    public async Task<FidelityPlan> ReadAsync(ArtifactStore artifacts, CancellationToken ct) =>
        FidelityPlan.FromJson(await File.ReadAllBytesAsync(await artifacts.RequireAsync(Artifact, ct), ct));

    public string ToJson() => JsonSerializer.Serialize(this);
}
