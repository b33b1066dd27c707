using System.Text.Json;
using ZiGong.Contracts;
using ZiGong.Pipeline.Operations;

namespace ZiGong.Control.Api;

/// <summary>The header <c>Idempotency-Key</c> of requests that start something.</summary>
internal static class RequestKeys
{
    public const string Header = "Idempotency-Key";
    private const int Longest = 200;

    /// <param name="key">The header's value; null where there is none.</param>
    /// <param name="body">What is asked for.</param>
    /// <exception cref="InputException">It is no key.</exception>
    public static RequestKey? Of<T>(string? key, T body) =>
        key is null ? null : new RequestKey(Checked(key), ContentHash.Of(JsonSerializer.SerializeToUtf8Bytes(body)));

    private static string Checked(string key) => key.Length is > 0 and <= Longest && key.All(c => c is > ' ' and <= '~')
        ? key
        : throw new InputException($"the {Header} must have 1 to {Longest} visible ASCII characters");
}
