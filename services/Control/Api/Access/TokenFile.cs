using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ZiGong.Contracts;

namespace ZiGong.Control.Api.Access;

/// <summary>
/// The file of tokens: a line each with name, role, SHA-256 of the token in hex and, if it ends, the time; <c>#</c> begins a comment.
/// Only its owner may read it.
/// </summary>
public static partial class TokenFile
{
    /// <summary>Makes the file if it is missing, with one operator token; that token itself goes into <c>PATH.operator</c> and nowhere else.</summary>
    public static void Ensure(string path)
    {
        if (File.Exists(path))
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var token = NewToken();
        WritePrivate($"{path}.operator", token + "\n");
        WritePrivate(path, $"# name role sha256-of-the-token [expires]\noperator operator {Convert.ToHexStringLower(HashOf(token))}\n");
    }

    /// <exception cref="InputException">The file is missing, others may read it, or a line cannot be used; the message names file and line.</exception>
    public static IReadOnlyList<ApiToken> Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new InputException($"{path}: there is no such token file");
        }

        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None)
        {
            throw new InputException($"{path}: other users may read or write the token file; chmod 600 it");
        }

        return Parse(File.ReadLines(path), path);
    }

    /// <exception cref="InputException">A line cannot be used.</exception>
    public static IReadOnlyList<ApiToken> Parse(IEnumerable<string> lines, string path)
    {
        var tokens = new List<ApiToken>();
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            var words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
            {
                continue;
            }

            var token = Parse(words, $"{path}, line {number}");
            if (tokens.Exists(t => t.Name == token.Name))
            {
                throw new InputException($"{path}, line {number}: there is a token '{token.Name}' already; the audit tells tokens by their name");
            }

            tokens.Add(token);
        }

        return tokens;
    }

    public static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>256 random bits.</summary>
    public static string NewToken() => "zg_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private static ApiToken Parse(string[] words, string place)
    {
        if (words.Length is < 3 or > 4)
        {
            throw new InputException($"{place}: a token is 'name role sha256 [expires]', but this line has {words.Length} words");
        }

        if (!Name().IsMatch(words[0]))
        {
            throw new InputException($"{place}: the name '{words[0]}' must be letters, digits, dots, dashes or underscores, 64 at the most");
        }

        var role = words[1] switch
        {
            "viewer" => ApiRole.Viewer,
            "operator" => ApiRole.Operator,
            var other => throw new InputException($"{place}: there is no role '{other}'; it must be viewer or operator"),
        };
        if (!Sha256().IsMatch(words[2]))
        {
            // The word itself stays out of the message: somebody may have put the token there.
            throw new InputException($"{place}: the third word must be the SHA-256 of the token as 64 hex digits");
        }

        DateTimeOffset? expires = null;
        if (words.Length == 4)
        {
            expires = DateTimeOffset.TryParse(words[3], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? time
                : throw new InputException($"{place}: '{words[3]}' is not a time such as 2026-12-31 or 2026-12-31T18:00:00Z");
        }

        return new ApiToken(words[0], role, Convert.FromHexString(words[2]), expires);
    }

    private static void WritePrivate(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

            // The mode counts for new files only.
            File.Delete(path);
        }

        using var file = new FileStream(path, options);
        file.Write(Encoding.UTF8.GetBytes(text));
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,64}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"^[0-9A-Fa-f]{64}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sha256();
}
