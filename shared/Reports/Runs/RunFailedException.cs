namespace ZiGong.Reports.Runs;

/// <summary>A run ended in failure; everything is in its message.</summary>
/// <param name="message">Stage, unit, reason and what to do.</param>
/// <param name="input">The cause is something the user gave.</param>
/// <param name="details">The stack trace of the failed unit.</param>
public sealed class RunFailedException(string message, bool input, string details) : Exception(message)
{
    public bool Input { get; } = input;

    public string Details { get; } = details;
}
