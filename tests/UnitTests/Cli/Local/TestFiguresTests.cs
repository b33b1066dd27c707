using Shouldly;
using Xunit;
using ZiGong.Cli.Local;

namespace ZiGong.UnitTests.Cli.Local;

public sealed class TestFiguresTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("zigong-trx-").FullName;

    [Fact]
    public void Figures_of_all_test_projects_are_added_up()
    {
        var a = Write("a.trx", """<R xmlns="x"><Counters total="10" executed="8" passed="7" failed="1" error="0" notExecuted="0" /></R>""");
        var b = Write("b.trx", """<R><Counters total="5" executed="5" passed="5" failed="0" error="0" notExecuted="0" /></R>""");

        var sum = TestFigures.Sum([(TestFigures.Read(a), false), (TestFigures.Read(b), true), (TestFigures.Read(Path.Combine(_folder, "absent.trx")), true)]);

        $"{sum}".ShouldBe("12 passed, 1 failed, 2 skipped");
        sum.AreGood.ShouldBeFalse();
    }

    [Fact]
    public void A_test_process_that_ended_abnormally_is_a_failure() =>
        TestFigures.Sum([(new TestFigures(9, 0, 0), true), (TestFigures.None, false)]).ShouldBe(new TestFigures(9, 1, 0));

    [Fact]
    public void A_file_that_is_cut_off_counts_nothing() => TestFigures.Read(Write("a.trx", "<R><Counters total=")).ShouldBe(TestFigures.None);

    [Fact]
    public void No_tests_at_all_are_no_success() => TestFigures.None.AreGood.ShouldBeFalse();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string name, string text)
    {
        var file = Path.Combine(_folder, name);
        File.WriteAllText(file, text);
        return file;
    }
}
