namespace ZiGong.Control.Api.Access;

/// <summary>What a token may do.</summary>
public enum ApiRole
{
    /// <summary>Looks.</summary>
    Viewer,

    /// <summary>Looks, starts, stops and replays.</summary>
    Operator,
}

/// <summary>One line of the token file; the token itself is nowhere in it.</summary>
/// <param name="Hash">SHA-256 of the token.</param>
/// <param name="Expires">Null: never.</param>
public sealed record ApiToken(string Name, ApiRole Role, byte[] Hash, DateTimeOffset? Expires);
