using ZiGong.Contracts;
using ZiGong.Influence.Fidelity;
using ZiGong.Reports.Runs;
using ZiGong.Storage;

namespace ZiGong.Cli.Experiments.Fidelity;

/// <summary>What a fidelity run found.</summary>
internal static class FidelityResults
{
    /// <param name="view">The run.</param>
    /// <param name="artifacts">Holds the figures.</param>
    /// <param name="since">When whoever asks began: pieces that were done before count as found.</param>
    /// <returns>Null until the run has ended.</returns>
    /// <exception cref="DamagedArtifactException">The figures are lost; a replay from stage fidelity makes them again.</exception>
    public static async Task<FidelityResult?> ReadAsync(RunView view, ArtifactStore artifacts, DateTimeOffset since, CancellationToken ct)
    {
        if (view.Outcome<FidelityMeasured>(Stage.Fidelity, "fidelity") is not { } measured)
        {
            return null;
        }

        var result = FidelityFigures.Read(await File.ReadAllBytesAsync(await artifacts.RequireAsync(measured.Result, ct), ct));
        var found = view.Units.Count(u => u.Stage == nameof(Stage.Pieces) && (u.Reused || u.FinishedAt < since));
        return result with { Trained = measured.Pieces - found, Found = found };
    }
}
