using ZiGong.Contracts;
using ZiGong.Mistral;

namespace ZiGong.Training.Agent;

/// <summary>How the agent walks through the periods; everything follows from their sizes and the options.</summary>
public sealed class AgentPlan(IReadOnlyList<int> samplesPerPeriod, AgentOptions options)
{
    public int Periods => samplesPerPeriod.Count;

    public int StepsIn(int period) => BatchOrder.Steps(samplesPerPeriod[period], options.BatchSize, options.Epochs, options.MinimumSteps);

    public long FirstStepOf(int period) => Enumerable.Range(0, period).Sum(p => (long)StepsIn(p));

    /// <summary>Rate of a step counted over the whole training.</summary>
    public double RateAt(long step) => LearningRate.Constant(step, options.LearningRate, options.WarmupSteps);

    /// <summary>η_i: the sum of the rates of the period's steps.</summary>
    public double RateSum(int period) =>
        Enumerable.Range(0, StepsIn(period)).Sum(step => RateAt(FirstStepOf(period) + step));
}
