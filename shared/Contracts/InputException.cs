namespace ZiGong.Contracts;

/// <summary>
/// Something the user gave cannot be used: the message says what, where (file, line, field) and what to do.
/// The command line ends with exit code 2 and prints the message alone.
/// </summary>
public sealed class InputException : Exception
{
    public InputException(string message)
        : base(message)
    {
    }

    public InputException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
