using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Metrics;

namespace ZiGong.UnitTests.Credit.Metrics;

public sealed class GenerativeFidelityTests
{
    private static readonly FieldTerms[] Fields =
    [
        new("duration", ["duration", "Duration in months"]),
        new("amount", ["amount", "Credit amount"]),
        new("pay_0", ["pay_0", "Repayment status", "delay"]),
        new("income", ["income", "Monthly income", "salary"]),
        new("age", ["age", "Age in years"]),
    ];

    private const string Input = "Duration in months: 24\nCredit amount: 1,234.56\nRepayment status: -2\nDebt ratio: 0.3125\nAge in years: 35";

    [Theory]
    [InlineData("The credit of 1234.56 runs for 24 months.")]
    [InlineData("about 1,235")] // rounded to a whole number
    [InlineData("1.2k")] // rounded in thousands
    [InlineData("a term of 2 years")]
    [InlineData("the borrower is 420 months old")]
    [InlineData("31.25 % of the income goes into debt; so 31 %")]
    [InlineData("two months early by 2")] // unsigned: either sign
    [InlineData("status -2")]
    [InlineData("Amount is high, delay none.")]
    [InlineData("Answer: good\nReason: short duration")]
    [InlineData("")]
    public void What_the_input_says_is_supported(string answer)
    {
        var finding = GenerativeFidelity.Check(answer, Input + "\nMonthly income: unknown", Fields);

        finding.Numbers.ShouldBeEmpty();
        finding.Fields.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("a credit of 1,300", "1,300")]
    [InlineData("1234.567", "1234.567")] // more places than the input has
    [InlineData("status +2", "+2")] // the sign is wrong
    [InlineData("a ratio of 1", "1")] // 0.3125 is not about 1
    [InlineData("3 years", "3")]
    [InlineData("31 months", "31")] // not 31 %
    [InlineData("it ran 24 months and 36 months", "36")]
    public void A_number_the_input_does_not_have_is_named(string answer, string number)
    {
        var finding = GenerativeFidelity.Check(answer, Input, Fields);

        finding.Numbers.ShouldBe([number]);
        finding.Any.ShouldBeTrue();
    }

    [Theory]
    [InlineData("The salary is low.", "salary")]
    [InlineData("Monthly income is low.", "monthly income")]
    [InlineData("Employment: unskilled", "Employment")]
    [InlineData("score=high", "score")]
    public void A_field_the_input_does_not_have_is_named(string answer, string field) =>
        GenerativeFidelity.Check(answer, Input, Fields).Fields.ShouldBe([field]);

    [Fact]
    public void Numbers_too_large_for_a_percentage_and_terms_without_letters_are_no_fault()
    {
        GenerativeFidelity.Check("-900000000000000000 bn", "a ratio of 5 %", []).Numbers.ShouldHaveSingleItem();
        var odd = new FieldTerms("odd", ["odd", "--"]);
        GenerativeFidelity.Check("The odd one.", "nothing", [odd]).Fields.ShouldBe(["odd"]);
    }

    [Theory]
    [InlineData("credit amounts", "amount")]
    [InlineData("PAY-0", "pay_0")]
    [InlineData("The Repayment Status", "pay_0")]
    public void Fields_are_found_whatever_their_writing(string answer, string field) =>
        GenerativeFields.Find(answer, Fields).ShouldHaveSingleItem().Field.ShouldBe(field);

    [Theory]
    [InlineData("agent")]
    [InlineData("average")]
    [InlineData("delayed")]
    public void Parts_of_words_are_no_fields(string answer) => GenerativeFields.Find(answer, Fields).ShouldBeEmpty();

    [Fact]
    public void A_copy_of_the_input_holds_nothing_new_and_an_empty_input_supports_nothing()
    {
        GenerativeFidelity.Check(Input, Input, Fields).Any.ShouldBeFalse();
        var finding = GenerativeFidelity.Check(Input, "", Fields);
        finding.Unsupported.ShouldBe(finding.Mentions);
        finding.Mentions.ShouldBe(5 + 5); // five numbers; four fields and the made-up "Debt ratio"
    }

    [Fact]
    public void More_input_never_makes_more_hallucinations()
    {
        string[] facts = ["Credit amount: 1,200", "Duration in months: 12", "Age in years: 40", "ratio 0.5", "income -3", "due 2005-09-01"];
        var random = new SeededRandom(8);
        for (var i = 0; i < 300; i++)
        {
            string Draw() => string.Join('\n', facts.Where(_ => random.NextInt(2) == 0));
            var (answer, input, more) = (Draw(), Draw(), Draw());
            var before = GenerativeFidelity.Check(answer, input, Fields);
            var after = GenerativeFidelity.Check(answer, $"{input}\n{more}", Fields);

            after.Unsupported.ShouldBeLessThanOrEqualTo(before.Unsupported);
            after.Mentions.ShouldBe(before.Mentions);
            before.Unsupported.ShouldBeInRange(0, before.Mentions);
        }
    }

    [Fact]
    public void The_report_of_four_answers_worked_by_hand()
    {
        GenerativeAnswer[] four =
        [
            new("1", Input, "24 months", "24 months"), // exact
            new("2", Input, "24 months", "the 24"), // F1 2·1/(1 + 2)
            new("3", Input, "35", "36"), // nothing in common, one unsupported number
            new("4", Input, "35", ""),
        ];
        var report = GenerativeReport.Of([.. four, .. four], Fields, seed: 1, resamples: 200); // twice: four alone have no interval

        report.N.ShouldBe(8);
        report.ExactMatch.Value.ShouldBe(0.25);
        report.TokenF1.Value.ShouldBe((1 + (2.0 / 3)) / 4, 1e-12);
        report.HallucinationRate.Value.ShouldBe(0.25);
        report.UnsupportedShare.Value.ShouldBe(1.0 / 3, 1e-12); // 24, 24 and 36
        report.Empty.Value.ShouldBe(0.25);
        foreach (var figure in new[] { report.ExactMatch, report.TokenF1, report.HallucinationRate, report.UnsupportedShare, report.Empty })
        {
            figure.Lower.ShouldBeLessThanOrEqualTo(figure.Value);
            figure.Upper.ShouldBeGreaterThanOrEqualTo(figure.Value);
        }
    }

    [Fact]
    public void No_answers_are_refused() =>
        Should.Throw<InputException>(() => GenerativeReport.Of([], Fields, 1)).Message.ShouldContain("no generated answers");
}
