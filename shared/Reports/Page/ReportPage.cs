namespace ZiGong.Reports.Page;

/// <summary>How a verdict or a cell is to be taken; always said in words too, never by colour alone.</summary>
public enum Tone
{
    Neutral,
    Good,
    Warning,
    Bad,
}

/// <summary>A report before it is HTML or Markdown: all texts are plain, and nothing in them is markup.</summary>
/// <param name="Kicker">What kind of report it is.</param>
/// <param name="Subtitle">One line under the title.</param>
/// <param name="Sections">In reading order, after the verdict.</param>
/// <param name="Origin">Where the report comes from, for the foot of the page.</param>
public sealed record ReportPage(string Kicker, string Title, string Subtitle, ReportVerdict Verdict, IReadOnlyList<ReportSection> Sections, string Origin);

/// <summary>What it came to, before anything else.</summary>
/// <param name="Word">One or two words, e.g. "Model ready".</param>
/// <param name="Headline">One sentence that can stand alone.</param>
/// <param name="Sentences">What the figures say, and what they do not.</param>
/// <param name="Figures">The few figures to look at first.</param>
/// <param name="Blocks">What the verdict rests on.</param>
public sealed record ReportVerdict(
    Tone Tone, string Word, string Headline, IReadOnlyList<string> Sentences, IReadOnlyList<KeyFigure> Figures, IReadOnlyList<ReportBlock> Blocks);

/// <param name="Detail">What the figure is compared with, or how sure it is.</param>
public sealed record KeyFigure(string Label, string Value, string Detail);

/// <param name="Id">Anchor on the page: lower case letters and hyphens.</param>
/// <param name="Lead">What the reader finds here and how to read it; may be empty.</param>
public sealed record ReportSection(string Id, string Title, string Lead, IReadOnlyList<ReportBlock> Blocks);

/// <summary>One piece of a section.</summary>
public abstract record ReportBlock;

public sealed record Paragraph(string Text) : ReportBlock;

/// <summary>Things that a reader has to know, one sentence each.</summary>
public sealed record Notes(IReadOnlyList<string> Items) : ReportBlock;

/// <summary>Names and values, such as hashes; <paramref name="Code"/> sets the values in a fixed pitch.</summary>
public sealed record Facts(string Title, IReadOnlyList<Fact> Items, bool Code = false) : ReportBlock;

public sealed record Fact(string Name, string Value);

/// <summary>Plots side by side where there is room.</summary>
public sealed record Figures(IReadOnlyList<Figure> Items) : ReportBlock
{
    public Figures(params Figure[] items)
        : this((IReadOnlyList<Figure>)items)
    {
    }
}

/// <summary>Samples with the text that the model reads.</summary>
public sealed record SampleList(string Title, IReadOnlyList<SampleCard> Samples) : ReportBlock;

/// <param name="Heading">Place and score.</param>
/// <param name="Facts">Answer, time, why it was kept.</param>
/// <param name="Text">The rendered prompt, as data.</param>
public sealed record SampleCard(string Heading, IReadOnlyList<Fact> Facts, string Text);
