namespace ZiGong.Credit.Scorecards;

/// <summary>
/// The linear system of one Newton step: Hessian Xᵀ D X + 1/C (none for the intercept) times direction = gradient, with D = p (1 − p) of each row. It is
/// solved by conjugate gradients preconditioned by the diagonal, so the Hessian is never formed.
/// </summary>
internal sealed class NewtonSystem
{
    private readonly OneHotRows _rows;
    private readonly double _c;
    private readonly double[] _curvature; // of each row
    private readonly double[] _diagonal;

    public NewtonSystem(OneHotRows rows, double c, ReadOnlySpan<double> parameters)
    {
        (_rows, _c) = (rows, c);
        _curvature = new double[rows.Count];
        _diagonal = new double[parameters.Length];
        for (var i = 0; i < rows.Count; i++)
        {
            var p = LogisticRegression.Sigmoid(rows.Score(i, parameters));
            _curvature[i] = p * (1 - p);
            rows.AddTo(_diagonal, i, _curvature[i]);
        }

        for (var j = 0; j < rows.Columns; j++)
        {
            _diagonal[j] += 1 / c;
        }
    }

    /// <summary>A direction whose residual is at most <paramref name="share"/> of the gradient, in the preconditioner's norm.</summary>
    public double[] Solve(ReadOnlySpan<double> gradient, double share, CancellationToken ct)
    {
        var direction = new double[gradient.Length];
        var residual = gradient.ToArray();
        var scaled = Scaled(residual);
        double[] search = [.. scaled];
        var product = new double[gradient.Length];
        var norm = Dot(residual, scaled);
        var enough = share * share * norm;

        // Exact arithmetic needs no more steps than there are columns; rounding a few times as many.
        for (var step = 0; step < 10 * gradient.Length && norm > enough; step++)
        {
            ct.ThrowIfCancellationRequested();
            Multiply(search, product);
            var length = norm / Dot(search, product);
            for (var j = 0; j < direction.Length; j++)
            {
                direction[j] += length * search[j];
                residual[j] -= length * product[j];
            }

            scaled = Scaled(residual);
            var next = Dot(residual, scaled);
            var turn = next / norm;
            norm = next;
            for (var j = 0; j < search.Length; j++)
            {
                search[j] = scaled[j] + (turn * search[j]);
            }
        }

        return direction;
    }

    private void Multiply(ReadOnlySpan<double> vector, double[] product)
    {
        Array.Clear(product);
        for (var i = 0; i < _rows.Count; i++)
        {
            _rows.AddTo(product, i, _curvature[i] * _rows.Score(i, vector));
        }

        for (var j = 0; j < _rows.Columns; j++)
        {
            product[j] += vector[j] / _c;
        }
    }

    private double[] Scaled(double[] residual)
    {
        var scaled = new double[residual.Length];
        for (var j = 0; j < scaled.Length; j++)
        {
            scaled[j] = residual[j] / _diagonal[j];
        }

        return scaled;
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (var j = 0; j < a.Length; j++)
        {
            sum += a[j] * b[j];
        }

        return sum;
    }
}
