using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;

namespace ZiGong.Credit.Templates;

/// <summary>
/// Worked examples from the training side, drawn once and shared by all prompts of a run. Each stands for another borrower; where a prompt
/// is about the borrower of an example, a substitute of the same class takes that example's place, so that nobody sees an answer of their own.
/// </summary>
public sealed class WorkedExamples
{
    private readonly IReadOnlyList<(Sample Shot, Sample Substitute)> _places;

    private WorkedExamples(IReadOnlyList<(Sample Shot, Sample Substitute)> places) => _places = places;

    /// <summary>The examples in the order of the prompt.</summary>
    public IReadOnlyList<Sample> Shots => [.. _places.Select(p => p.Shot)];

    /// <summary>The examples for this sample's prompt.</summary>
    public IReadOnlyList<Sample> For(Sample sample) =>
        [.. _places.Select(p => p.Shot.Subject == sample.Subject || p.Shot.Id == sample.Id ? p.Substitute : p.Shot)];

    /// <summary>
    /// As many of each class as of any other, or one more; free answers are one class. The same samples and seed
    /// give the same draw, whatever their order.
    /// </summary>
    /// <param name="training">The training side.</param>
    /// <exception cref="InputException">Too few borrowers of a class: one more is needed than there are examples, as the substitute.</exception>
    public static WorkedExamples Draw(IReadOnlyList<Sample> training, AnswerDescriptor answer, int shots, ulong seed)
    {
        var classes = answer.Classes.OrderBy(c => SeededRandom.Derive(seed, "shot class", c)).ThenBy(c => c, StringComparer.Ordinal).ToList();
        var pools = training.ToLookup(s => answer.ClassOf(s.Answer), StringComparer.Ordinal);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var places = new List<(Sample Shot, Sample Substitute)>();
        for (var c = 0; c < classes.Count; c++)
        {
            var count = (shots / classes.Count) + (c < shots % classes.Count ? 1 : 0);
            if (count == 0)
            {
                continue;
            }

            List<Sample> drawn =
            [
                .. pools[classes[c]].OrderBy(s => SeededRandom.Derive(seed, "shot", s.Id)).ThenBy(s => s.Id, StringComparer.Ordinal)
                    .Where(s => taken.Add(s.Subject)).Take(count + 1),
            ];
            if (drawn.Count <= count)
            {
                throw new InputException(
                    $"Templating:Shots={shots} needs {count + 1} training borrowers with answer '{classes[c]}', there are {drawn.Count}: take fewer examples");
            }

            places.AddRange(drawn.Take(count).Select(shot => (shot, drawn[count])));
        }

        return new WorkedExamples([.. places.OrderBy(p => SeededRandom.Derive(seed, "shot place", p.Shot.Id)).ThenBy(p => p.Shot.Id, StringComparer.Ordinal)]);
    }
}
