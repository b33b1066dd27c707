using MathNet.Numerics.LinearAlgebra;

namespace ZiGong.Credit.Scorecards;

/// <summary>
/// Minimises Σ log loss + ‖w‖² / (2C) by Newton's method with step halving; the intercept, last of the parameters, is free.
/// The objective is strictly convex, so there is one solution and the gradient vanishes there.
/// </summary>
public static class LogisticRegression
{
    private const int MaxSteps = 100;
    private const double Tolerance = 1e-9; // of the largest gradient entry, per row

    /// <returns>Weights of every column, then the intercept.</returns>
    /// <exception cref="InvalidOperationException">No convergence; does not happen with finite C and both classes present.</exception>
    public static double[] Fit(OneHotRows rows, bool[] positive, double c, double[]? start = null)
    {
        var parameters = start is null ? Start(rows, positive) : [.. start];
        var loss = Objective(rows, positive, c, parameters);
        for (var step = 0; step < MaxSteps; step++)
        {
            var gradient = Gradient(rows, positive, c, parameters);
            if (gradient.Max(Math.Abs) <= Tolerance * rows.Count)
            {
                return parameters;
            }

            var direction = Hessian(rows, c, parameters).Cholesky().Solve(Vector<double>.Build.Dense(gradient));
            (parameters, loss) = Descend(rows, positive, c, parameters, direction, loss);
        }

        throw new InvalidOperationException($"logistic regression did not converge in {MaxSteps} steps on {rows.Count} rows and {rows.Columns} columns at C = {c:R}");
    }

    /// <summary>Gradient of the objective: Σ (p − y) x + w / C, and Σ (p − y) for the intercept.</summary>
    public static double[] Gradient(OneHotRows rows, bool[] positive, double c, ReadOnlySpan<double> parameters)
    {
        var gradient = new double[parameters.Length];
        for (var i = 0; i < rows.Count; i++)
        {
            var residual = Sigmoid(rows.Score(i, parameters)) - (positive[i] ? 1 : 0);
            foreach (var column in rows[i])
            {
                gradient[column] += residual;
            }

            gradient[^1] += residual;
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

    private static Matrix<double> Hessian(OneHotRows rows, double c, ReadOnlySpan<double> parameters)
    {
        var n = parameters.Length;
        var hessian = new double[n * n]; // upper triangle by rows = lower by columns, as MathNet stores it
        for (var i = 0; i < rows.Count; i++)
        {
            var p = Sigmoid(rows.Score(i, parameters));
            var curvature = p * (1 - p);
            var active = rows[i];
            for (var a = 0; a < active.Length; a++)
            {
                var line = active[a] * n;
                for (var b = a; b < active.Length; b++)
                {
                    hessian[line + active[b]] += curvature;
                }

                hessian[line + n - 1] += curvature;
            }

            hessian[^1] += curvature;
        }

        for (var j = 0; j < rows.Columns; j++)
        {
            hessian[(j * n) + j] += 1 / c;
        }

        for (var j = 0; j < n; j++)
        {
            for (var k = 0; k < j; k++)
            {
                hessian[(j * n) + k] = hessian[(k * n) + j];
            }
        }

        return Matrix<double>.Build.Dense(n, n, hessian);
    }

    private static (double[] Parameters, double Loss) Descend(
        OneHotRows rows, bool[] positive, double c, double[] parameters, Vector<double> direction, double loss)
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
