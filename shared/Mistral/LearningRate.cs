namespace ZiGong.Mistral;

/// <summary>Learning rates as pure functions of the step, counted from 0.</summary>
public static class LearningRate
{
    /// <summary>Rises linearly to <paramref name="peak"/> over the warm-up steps, then stays.</summary>
    public static double Constant(long step, double peak, long warmUp) =>
        step < warmUp ? peak * (step + 1) / (warmUp + 1) : peak;

    /// <summary>
    /// Rises linearly to <paramref name="peak"/> over the warm-up steps, then falls on half a cosine to <c>peak · floor</c> at the last step
    /// and stays there.
    /// </summary>
    /// <param name="step">From 0.</param>
    /// <param name="peak">The highest rate, reached right after the warm-up.</param>
    /// <param name="warmUp">Steps of rising.</param>
    /// <param name="total">All steps, the warm-up among them.</param>
    /// <param name="floor">Share of the peak that is left at the end.</param>
    public static double Cosine(long step, double peak, long warmUp, long total, double floor = 0)
    {
        if (step < warmUp)
        {
            return Constant(step, peak, warmUp);
        }

        var progress = total - 1 > warmUp ? Math.Min(1, (step - warmUp) / (double)(total - 1 - warmUp)) : 1;
        return peak * (floor + ((1 - floor) * 0.5 * (1 + Math.Cos(Math.PI * progress))));
    }
}
