namespace ZiGong.Cli;

public static class ExitCodes
{
    public const int Done = 0;

    /// <summary>Something broke: the machine, the database, a defect.</summary>
    public const int Fault = 1;

    /// <summary>What the user gave cannot be used; usage errors too.</summary>
    public const int Input = 2;

    /// <summary>Stopped by Ctrl-C or SIGTERM.</summary>
    public const int Interrupted = 130;
}
