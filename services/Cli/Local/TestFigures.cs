using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace ZiGong.Cli.Local;

/// <summary>How many tests passed, failed and were skipped.</summary>
public sealed record TestFigures(int Passed, int Failed, int Skipped)
{
    public static readonly TestFigures None = new(0, 0, 0);

    /// <summary>Whether this is a success: tests ran, and none failed.</summary>
    public bool AreGood => Failed == 0 && Passed > 0;

    public static TestFigures operator +(TestFigures a, TestFigures b) => new(a.Passed + b.Passed, a.Failed + b.Failed, a.Skipped + b.Skipped);

    /// <summary>
    /// What a result file (TRX) counts; nothing where there is none or it is cut off: a project without tests writes none, nor does a host that died.
    /// </summary>
    public static TestFigures Read(string file)
    {
        if (!File.Exists(file))
        {
            return None;
        }

        try
        {
            var counters = XDocument.Load(file).Descendants().First(e => e.Name.LocalName == "Counters");
            int Of(string name) => int.Parse(counters.Attribute(name)!.Value, NumberStyles.None, CultureInfo.InvariantCulture);
            return new TestFigures(Of("passed"), Of("failed"), Of("total") - Of("executed"));
        }
        catch (Exception e) when (e is XmlException or InvalidOperationException)
        {
            return None;
        }
    }

    /// <summary>All of it. A test host that died leaves no failed test behind: it must not pass for success.</summary>
    /// <param name="projects">What each project's results count, and whether its host ended well.</param>
    public static TestFigures Sum(IEnumerable<(TestFigures Figures, bool EndedWell)> projects)
    {
        var all = projects.ToList();
        var sum = all.Aggregate(None, (a, b) => a + b.Figures);
        return sum.Failed == 0 && all.Exists(p => !p.EndedWell) ? sum with { Failed = 1 } : sum;
    }

    public override string ToString() => $"{Passed} passed, {Failed} failed, {Skipped} skipped";
}
