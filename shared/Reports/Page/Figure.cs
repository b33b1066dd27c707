using OxyPlot;

namespace ZiGong.Reports.Page;

/// <summary>A plot with what stands for it where it cannot be seen.</summary>
/// <param name="Alt">What the plot shows, in words, with its main figures.</param>
/// <param name="Data">The figures behind the plot.</param>
/// <param name="Height">In CSS pixels, at a width of <see cref="WideWidth"/> or <see cref="NarrowWidth"/>.</param>
public sealed record Figure(string Title, string Alt, PlotModel Plot, DataTable Data, int Height = 320)
{
    public const int WideWidth = 450;

    public const int NarrowWidth = 300;
}
