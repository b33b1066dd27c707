using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Credit.Scorecards;
using ZiGong.Evaluation.Generative;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.Storage.Entities;

namespace ZiGong.Evaluation;

/// <summary>Measures the tasks of a data set beside the primary one, each on its own test samples. They have no say in the verdict.</summary>
public sealed class FurtherTaskEvaluation(Encoders encoders, AdapterPredictions predictions, GenerativeEvaluation generative)
{
    /// <returns>One entry a task, in the descriptor's order; empty where there is only one.</returns>
    public async Task<IReadOnlyList<TaskFindings>> MeasureAsync(
        UnitContext unit, SnapshotRow snapshot, DatasetDescriptor descriptor, TunedAdapter adapter, CancellationToken ct)
    {
        var found = new List<TaskFindings>();
        foreach (var task in descriptor.Tasks.Skip(1))
        {
            found.Add(task.Answer.IsFree
                ? new TaskFindings(task.Task, null, null, await generative.MeasureAsync(unit, snapshot, task, adapter, ct), null)
                : await ChoiceAsync(unit, snapshot, task, adapter, ct));
        }

        return found;
    }

    private async Task<TaskFindings> ChoiceAsync(UnitContext unit, SnapshotRow snapshot, DatasetDescriptor task, TunedAdapter adapter, CancellationToken ct)
    {
        var training = await EvaluationData.MembersAsync(unit, snapshot, task, Side.Train, ct);
        var test = await EvaluationData.MembersAsync(unit, snapshot, task, Side.Test, ct);
        bool[] positive = [.. test.Select(s => s.Answer == task.Answer.Positive)];
        if (positive.Distinct().Count() < 2)
        {
            return Nothing(task, $"the {test.Count} test samples hold {positive.Count(p => p)} with answer '{task.Answer.Positive}': KS and AUC need both");
        }

        var encoder = await encoders.EncoderAsync(unit.Db, snapshot, adapter.Base, unit.Options, ct);
        var answers = new AnswerSet(task.Answer.Allowed, task.Answer.Positive);
        var output = await predictions.PredictAsync(adapter.Base, adapter.Artifact, encoder, answers, test, [], _ => { }, ct);
        if (!output.Probabilities.All(double.IsFinite))
        {
            return Nothing(task, $"{output.Probabilities.Count(p => !double.IsFinite(p))} of {test.Count} probabilities are not numbers");
        }

        var (seed, resamples) = (SeededRandom.Derive((ulong)unit.Options.Seed, "evaluation"), unit.Options.Evaluation.Resamples);
        var majority = MajorityClass.Probability([.. training.Select(s => s.Answer == task.Answer.Positive)]);
        var binary = answers.AreMany ? AnswerFindings.BinaryName(answers.Positive) : null;
        return new TaskFindings(
            task.Task,
            Bootstrap.Evaluate(Predictions.Of(output.Probabilities, positive, output.Generated), seed, resamples, ct) with { Binary = binary },
            Bootstrap.Evaluate(Predictions.Of([.. test.Select(_ => majority)], positive), seed, resamples, ct) with { Binary = binary },
            null,
            null)
        {
            AllAnswers = ManyAnswers.Of(answers, training, test, output.Said, champion: null, seed, resamples, ct),
        };
    }

    private static TaskFindings Nothing(DatasetDescriptor task, string fault) => new(task.Task, null, null, null, fault);
}
