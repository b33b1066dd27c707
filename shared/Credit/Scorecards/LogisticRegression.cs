namespace ZiGong.Credit.Scorecards;

/// <summary>
/// Minimises Σ log loss + ‖w‖² / (2C) by truncated Newton steps with step halving; the intercept, last of the parameters, is free. A step solves its
/// linear system by conjugate gradients, each of which passes over the active columns of all rows once, so that work grows with them and not with
/// the cube of the columns (Lin, Weng and Keerthi, 2008). The objective is strictly convex, so there is one solution and the gradient vanishes there.
/// </summary>
public static class LogisticRegression
{
    /// <summary>How small the largest gradient entry has to become, per row: to this the solution is exact.</summary>
    public const double Exact = 1e-9;

    private const int MaxSteps = 200;

    /// <param name="rows">Active columns of each row.</param>
    /// <param name="positive">Label of each row.</param>
    /// <param name="c">Inverse strength of the penalty.</param>
    /// <param name="start">Parameters to begin with; null: no weights. It changes the way, not the solution.</param>
    /// <param name="tolerance">Largest gradient entry per row at which to stop.</param>
    /// <param name="ct">Observed at every pass over the rows.</param>
    /// <returns>Weights of every column, then the intercept.</returns>
    /// <exception cref="InvalidOperationException">No convergence; does not happen with finite C and both classes present.</exception>
    public static double[] Fit(OneHotRows rows, bool[] positive, double c, double[]? start = null, double tolerance = Exact, CancellationToken ct = default)
    {
        var parameters = start is null ? Start(rows, positive) : [.. start];
        var loss = Objective(rows, positive, c, parameters);
        for (var step = 0; step < MaxSteps; step++)
        {
            ct.ThrowIfCancellationRequested();
            var gradient = Gradient(rows, positive, c, parameters);
            var largest = gradient.Max(Math.Abs);
            if (largest <= tolerance * rows.Count)
            {
                return parameters;
            }

            // Far from the optimum a rough direction serves as well; near it the steps become exact ones (Eisenstat and Walker, 1996).
            var system = new NewtonSystem(rows, c, parameters);
            var direction = system.Solve(gradient, Math.Min(0.3, Math.Sqrt(largest / rows.Count)), ct);
            (parameters, loss) = Descend(rows, positive, c, parameters, direction, loss);
        }

        throw new InvalidOperationException(
            $"logistic regression did not converge in {MaxSteps} steps on {rows.Count} rows and {rows.Columns} columns at C = {c:R}");
    }

    /// <summary>Gradient of the objective: Σ (p − y) x + w / C, and Σ (p − y) for the intercept.</summary>
    public static double[] Gradient(OneHotRows rows, bool[] positive, double c, ReadOnlySpan<double> parameters)
    {
        var gradient = new double[parameters.Length];
        for (var i = 0; i < rows.Count; i++)
        {
            rows.AddTo(gradient, i, Sigmoid(rows.Score(i, parameters)) - (positive[i] ? 1 : 0));
        }

        for (var j = 0; j < rows.Columns; j++)
        {
            gradient[j] += parameters[j] / c;
        }

        return gradient;
    }

    public static double Sigmoid(double z) => z >= 0 ? 1 / (1 + Math.Exp(-z)) : Math.Exp(z) / (1 + Math.Exp(z));

    /// <summary>−log P(label) at log odds z, without overflow.</summary>
    public static double LogLoss(double z, bool positive)
    {
        var margin = positive ? z : -z;
        return Math.Max(-margin, 0) + Math.Log(1 + Math.Exp(-Math.Abs(margin)));
    }

    private static double[] Start(OneHotRows rows, bool[] positive)
    {
        var parameters = new double[rows.Columns + 1];
        double bads = positive.Count(p => p);
        parameters[^1] = Math.Log(bads / (rows.Count - bads)); // without weights the best intercept
        return parameters;
    }

    private static double Objective(OneHotRows rows, bool[] positive, double c, ReadOnlySpan<double> parameters)
    {
        double loss = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            loss += LogLoss(rows.Score(i, parameters), positive[i]);
        }

        double squares = 0;
        foreach (var w in parameters[..^1])
        {
            squares += w * w;
        }

        return loss + (squares / (2 * c));
    }

    private static (double[] Parameters, double Loss) Descend(
        OneHotRows rows, bool[] positive, double c, double[] parameters, double[] direction, double loss)
    {
        var moved = new double[parameters.Length];
        double rate = 1;
        while (true)
        {
            for (var j = 0; j < moved.Length; j++)
            {
                moved[j] = parameters[j] - (rate * direction[j]);
            }

            var reached = Objective(rows, positive, c, moved);

            // Near the optimum the loss cannot fall any further in floating point: the full step is right there.
            if (reached <= loss * (1 + 1e-12) || rate < 1e-6)
            {
                return (moved, reached);
            }

            rate /= 2;
        }
    }
}
