using Shouldly;
using Xunit;

namespace ZiGong.UnitTests.Layout;

/// <summary>Who may refer to whom; docs/architecture.md says why.</summary>
public sealed class WallTests
{
    /// <summary>What each shared project may name; nothing else.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["shared/Contracts"] = [],
        ["shared/ModelFiles"] = ["Contracts"],
        ["shared/Credit"] = ["Contracts"],
        ["shared/Influence"] = ["Contracts", "Credit", "ModelFiles"],
        ["shared/Storage"] = ["Contracts", "Credit"],
        ["shared/Hosting"] = ["Contracts", "Storage", "Credit"],
        ["shared/Pipeline"] = ["Contracts", "Credit", "Hosting", "Influence", "ModelFiles", "Storage"],
        ["shared/Reports"] = ["Contracts", "Credit", "Influence", "Storage"],
        ["shared/Mistral"] = ["Contracts", "Influence", "ModelFiles"],
        ["shared/Models"] = ["Contracts", "Credit", "Hosting", "Mistral", "ModelFiles", "Pipeline", "Storage"],
    };

    private static readonly string[] Computing = ["services/AllInOne", "services/Evaluation", "services/GradientExtraction", "services/Training"];

    private static readonly string[] AllServices = [.. ProjectFile.All.Values.Where(p => p.IsService).Select(p => p.Folder).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Services => [.. AllServices];

    public static TheoryData<string> SharedProjects => [.. ProjectFile.All.Values.Where(p => p.IsShared).Select(p => p.Folder).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Services))]
    public void No_service_refers_to_another_but_the_embedded_host(string service)
    {
        var others = ProjectFile.All[service].Projects.Where(p => p.StartsWith("services/", StringComparison.Ordinal));
        if (service == "services/AllInOne")
        {
            others.Append(service).ShouldBe(AllServices, ignoreOrder: true);
        }
        else
        {
            others.ShouldBeEmpty();
        }
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Services_that_compute_alone_reach_tensors(string service) =>
        ReachesTensors(ProjectFile.All[service]).ShouldBe(Computing.Contains(service, StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(SharedProjects))]
    public void Shared_projects_refer_to_what_they_may(string project)
    {
        Allowed.ShouldContainKey(project);
        var named = ProjectFile.All[project].Projects.Where(p => p != "infra/TorchLibrary" || project != "shared/Mistral");
        named.ShouldBeSubsetOf(Allowed[project].Select(name => $"shared/{name}"));
    }

    [Theory]
    [InlineData("shared/Contracts")]
    [InlineData("shared/Credit")]
    [InlineData("shared/Hosting")]
    [InlineData("shared/Influence")]
    [InlineData("shared/ModelFiles")]
    [InlineData("shared/Pipeline")]
    [InlineData("shared/Reports")]
    [InlineData("shared/Storage")]
    public void Only_models_and_what_they_are_made_of_reach_tensors(string project) => ReachesTensors(ProjectFile.All[project]).ShouldBeFalse();

    [Fact]
    public void Contracts_need_no_package() => ProjectFile.All["shared/Contracts"].Packages.ShouldBeEmpty();

    [Fact]
    public void What_is_called_pure_knows_neither_bus_nor_database()
    {
        string[] outside = ["MassTransit", "Npgsql", "EntityFrameworkCore"];
        foreach (var project in new[] { "shared/Contracts", "shared/Credit", "shared/Influence", "shared/ModelFiles" })
        {
            ProjectFile.All[project].Reach().SelectMany(p => ProjectFile.All[p].Packages)
                .ShouldNotContain(p => outside.Any(o => p.Contains(o, StringComparison.Ordinal)));
        }
    }

    /// <summary>Tensors come with TorchSharp, native code with libtorch.</summary>
    private static bool ReachesTensors(ProjectFile project) =>
        project.Reach().SelectMany(p => ProjectFile.All[p].Packages).Any(name => name.Contains("torch", StringComparison.OrdinalIgnoreCase));
}
