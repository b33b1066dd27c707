using ZiGong.Contracts;
using ZiGong.Pipeline.Operations;

namespace ZiGong.Pipeline.Api;

/// <summary>A replay to be done, or only planned.</summary>
/// <param name="From">The first stage that is done again.</param>
/// <param name="Set">Changes of the form <c>Section:Name=value</c>: a child run does the work then.</param>
/// <param name="DryRun">Only say what would be done.</param>
public sealed record ReplayOrder(Stage From, UnitChoice Units = UnitChoice.All, IReadOnlyList<string>? Set = null, bool DryRun = false);

/// <summary>Why something is done.</summary>
public sealed record Reason(string? Text = null);
