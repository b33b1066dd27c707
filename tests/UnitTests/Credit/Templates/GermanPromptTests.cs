using System.Text.Json;
using Shouldly;
using Xunit;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Templates;
using ZiGong.Testing;

namespace ZiGong.UnitTests.Credit.Templates;

public sealed class GermanPromptTests
{
    // The one sentence of CALM's rendering that the descriptor leaves out.
    private const string Example =
        "For instance, 'The client has a stable income, no previous debts, and owns a property.' should be classified as 'good'. ";

    [SharedDataFact]
    public void All_200_prompts_of_CALM_come_out_byte_for_byte_but_for_their_example_sentence()
    {
        var template = new PromptTemplate(DescriptorFile.Load("german"));
        var samples = Tables.Samples("german", "calm/german.data");
        samples.Count.ShouldBe(1000);
        var answers = samples.ToLookup(template.Render, sample => sample.Answer);

        var golden = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("calm/rendered_german.json"))).RootElement.EnumerateArray().ToList();

        golden.Count.ShouldBe(200);
        foreach (var entry in golden)
        {
            var prompt = entry.GetProperty("prompt_0").GetString()!;
            prompt.ShouldContain(Example);
            var expected = prompt.Replace(Example, "", StringComparison.Ordinal);
            answers.Contains(expected).ShouldBeTrue($"no row of german.data renders as\n{expected}");
            answers[expected].ShouldBe([entry.GetProperty("truth").GetString()!]);
        }
    }
}

file static class Rendering
{
    public static string Render(this PromptTemplate template, Sample sample) => template.Prompt(sample);
}
