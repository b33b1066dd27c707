using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using ZiGong.Contracts;

namespace ZiGong.Control.Api.Uploads;

/// <summary>
/// A look at YAML from outside before anything builds a tree of it: the tree is built by recursion, and aliases can make it
/// exponentially large.
/// </summary>
public static class DescriptorGuard
{
    private const int Deepest = 16;

    /// <exception cref="InputException">It is no YAML, nested too deeply, or has aliases.</exception>
    public static void Check(string yaml)
    {
        try
        {
            var parser = new Parser(new StringReader(yaml));
            var depth = 0;
            while (parser.MoveNext())
            {
                depth += parser.Current!.NestingIncrease;
                if (parser.Current is AnchorAlias || depth > Deepest)
                {
                    throw new InputException($"the descriptor, line {parser.Current.Start.Line}: aliases, and more than {Deepest} levels, are not accepted");
                }
            }
        }
        catch (YamlException fault)
        {
            throw new InputException($"the descriptor, line {fault.Start.Line}: this is not valid YAML", fault);
        }
    }
}
