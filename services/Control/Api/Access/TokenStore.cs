using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using ZiGong.Contracts;
using ZiGong.Pipeline.Api;

namespace ZiGong.Control.Api.Access;

/// <summary>The tokens that count now: a changed file is read again, so that a token can be added or taken away without a restart.</summary>
public sealed class TokenStore(ApiOptions options, TimeProvider time, ILogger<TokenStore> log)
{
    private readonly Lock _gate = new();
    private IReadOnlyList<ApiToken> _tokens = [];
    private DateTime _read;

    /// <summary>Makes the file on first start and reads it.</summary>
    /// <exception cref="InputException">It cannot be used.</exception>
    public void Open()
    {
        TokenFile.Ensure(options.TokenFile);
        _read = File.GetLastWriteTimeUtc(options.TokenFile);
        _tokens = TokenFile.Read(options.TokenFile);
    }

    /// <summary>The entry of a presented token, or null if there is none that still holds.</summary>
    public ApiToken? Find(string token)
    {
        var hash = TokenFile.HashOf(token);
        ApiToken? found = null;

        // Every entry is compared, each in constant time: how long it takes says nothing about what is in the file.
        foreach (var entry in Current())
        {
            if (CryptographicOperations.FixedTimeEquals(entry.Hash, hash))
            {
                found = entry;
            }
        }

        return found?.Expires <= time.GetUtcNow() ? null : found;
    }

    private IReadOnlyList<ApiToken> Current()
    {
        var written = File.GetLastWriteTimeUtc(options.TokenFile);
        lock (_gate)
        {
            if (written != _read)
            {
                _read = written;
                try
                {
                    _tokens = TokenFile.Read(options.TokenFile);
                }
                catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
                {
                    // Somebody is editing it; but nobody gets in on what can no longer be read.
                    _tokens = [];
                    log.LogError("no token is accepted until the token file is right again: {Reason}", e.Message);
                }
            }

            return _tokens;
        }
    }
}
