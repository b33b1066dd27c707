using Shouldly;
using Xunit;
using ZiGong.Cli.Demo;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Reading;
using ZiGong.Credit.Simulation;
using ZiGong.Credit.Subjects;

namespace ZiGong.UnitTests.Cli;

public sealed class DemoDatasetTests
{
    private static readonly SimulationOptions Few = new() { Borrowers = 20, FlipShare = 0.1, Seed = 3 };

    [Fact]
    public void The_demo_without_options_uses_the_shipped_data_set()
    {
        var (name, descriptor) = DemoDataset.Of(DemoDataset.Defaults);

        name.ShouldBe("simulated");
        descriptor.ShouldBe(DescriptorFile.Text("simulated"));
    }

    [Fact]
    public void Every_simulation_has_a_data_set_of_its_own()
    {
        SimulationOptions[] simulations =
        [
            DemoDataset.Defaults, Few, Few with { Seed = 4 }, Few with { Borrowers = 21 }, Few with { FlipShare = 0.15 },
        ];

        var named = simulations.Select(DemoDataset.Of).ToList();

        named.Select(d => d.Name).ShouldBeUnique();
        named[1].Name.ShouldBe("simulated-3-20-0.1");
        foreach (var (name, text) in named)
        {
            DescriptorFile.Parse(text, "demo").Name.ShouldBe(name);
        }
    }

    [Fact]
    public void The_truth_is_found_by_the_samples_of_its_own_simulation_only()
    {
        var folder = Directory.CreateTempSubdirectory("zigong-demo-").FullName;
        var (table, truthFile) = (Path.Combine(folder, "s.csv"), Path.Combine(folder, "s.truth.csv"));
        using (StreamWriter rows = new(table), truths = new(truthFile))
        {
            CreditSimulator.Write(Few, rows, truths, default);
        }

        var own = DescriptorFile.Parse(DemoDataset.Of(Few).Descriptor, "demo");
        var other = DescriptorFile.Parse(DemoDataset.Of(Few with { Seed = 4 }).Descriptor, "demo");
        var hasher = new SubjectHasher(new byte[32]);
        var keys = SampleReader.Read(own, table, hasher, default).Select(r => r.Sample!.NaturalKey).ToList();

        keys.ShouldNotBeEmpty();
        GroundTruth.Read(truthFile, own, hasher).Keys.Order().ShouldBe(keys.Order());
        GroundTruth.Read(truthFile, other, hasher).Keys.Intersect(keys).ShouldBeEmpty();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_simulation_out_of_range_is_refused_before_a_name_is_made_of_it() =>
        Should.Throw<InputException>(() => DemoDataset.Of(Few with { Borrowers = 0 })).Message.ShouldContain("Borrowers");
}
