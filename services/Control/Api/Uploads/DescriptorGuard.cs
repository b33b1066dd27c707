using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using ZiGong.Contracts;

namespace ZiGong.Control.Api.Uploads;

/// <summary>
/// A look at YAML from outside before anything builds a tree of it: the tree is built by recursion, and aliases of what holds aliases
/// itself can make it exponentially large.
/// </summary>
public static class DescriptorGuard
{
    private const int Deepest = 16;
    private const int MostAliases = 64;

    /// <exception cref="InputException">It is no YAML, nested too deeply, or has aliases within aliases or too many.</exception>
    public static void Check(string yaml)
    {
        try
        {
            var parser = new Parser(new StringReader(yaml));
            var (depth, aliases, anchored) = (0, 0, int.MaxValue);
            while (parser.MoveNext())
            {
                var now = parser.Current!;
                depth += now.NestingIncrease;
                Require(depth <= Deepest, now, $"more than {Deepest} levels are not accepted");
                if (depth < anchored)
                {
                    anchored = int.MaxValue;
                }

                if (now is AnchorAlias)
                {
                    Require(++aliases <= MostAliases, now, $"more than {MostAliases} aliases are not accepted");
                    Require(anchored == int.MaxValue, now, "an alias within what has an anchor itself is not accepted");
                }
                else if (now is NodeEvent { Anchor.IsEmpty: false, NestingIncrease: > 0 } && anchored == int.MaxValue)
                {
                    anchored = depth;
                }
            }
        }
        catch (YamlException fault)
        {
            throw new InputException($"the descriptor, line {fault.Start.Line}: this is not valid YAML", fault);
        }
    }

    private static void Require(bool holds, ParsingEvent at, string complaint)
    {
        if (!holds)
        {
            throw new InputException($"the descriptor, line {at.Start.Line}: {complaint}");
        }
    }
}
