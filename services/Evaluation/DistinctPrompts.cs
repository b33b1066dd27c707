using System.Runtime.InteropServices;
using ZiGong.Credit;

namespace ZiGong.Evaluation;

/// <summary>
/// Samples by what the model is shown of them, so that equal prompts are computed once and answered alike. The same tokens computed in another batch, or
/// at another place of it, differ in the last digits, and metrics would rank by that.
/// </summary>
public sealed class DistinctPrompts
{
    private readonly Dictionary<int[], int> _places = new(new SameTokens());
    private readonly List<EncodedPrompt> _prompts = [];
    private readonly List<int> _times = [];

    /// <param name="prompts">Of samples of one task, whose allowed answers are the same.</param>
    public DistinctPrompts(IEnumerable<EncodedPrompt> prompts) => PlaceOf = [.. prompts.Select(Add)];

    /// <summary>Each prompt once, in the order in which they first come.</summary>
    public IReadOnlyList<EncodedPrompt> Prompts => _prompts;

    /// <summary>How many samples each prompt stands for.</summary>
    public IReadOnlyList<int> Times => _times;

    /// <summary>Place in <see cref="Prompts"/> of each sample's prompt.</summary>
    public IReadOnlyList<int> PlaceOf { get; }

    /// <summary>Place of a prompt with these tokens; null where there is none.</summary>
    public int? Find(EncodedPrompt prompt) => _places.TryGetValue(prompt.Prompt, out var place) ? place : null;

    private int Add(EncodedPrompt prompt)
    {
        if (!_places.TryGetValue(prompt.Prompt, out var place))
        {
            _places.Add(prompt.Prompt, place = _prompts.Count);
            _prompts.Add(prompt);
            _times.Add(0);
        }

        _times[place]++;
        return place;
    }

    private sealed class SameTokens : IEqualityComparer<int[]>
    {
        public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(int[] obj)
        {
            var hash = default(HashCode);
            hash.AddBytes(MemoryMarshal.AsBytes(obj.AsSpan()));
            return hash.ToHashCode();
        }
    }
}
