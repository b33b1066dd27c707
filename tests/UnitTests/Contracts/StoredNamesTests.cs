using Shouldly;
using Xunit;
using ZiGong.Contracts;

namespace ZiGong.UnitTests.Contracts;

public sealed class StoredNamesTests
{
    [Fact]
    public void Kinds_of_runs_are_stored_as_they_always_were() =>
        Enum.GetValues<RunKind>().Select(k => k.Stored()).ShouldBe(["full", "nightly", "replay", "experiment", "fidelity"]);

    [Fact]
    public void States_of_models_are_stored_as_they_always_were() =>
        Enum.GetValues<ModelState>().Select(s => s.Stored()).ShouldBe(["rejected", "champion", "retired"]);
}
