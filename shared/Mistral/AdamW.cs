using TorchSharp;
using ZiGong.Contracts;
using static TorchSharp.torch;

namespace ZiGong.Mistral;

/// <summary>Constants of <see cref="AdamW"/>.</summary>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to √v̂.</param>
/// <param name="WeightDecay">λ; each step multiplies a parameter by 1 − rate · λ.</param>
public sealed record AdamWOptions(double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8, double WeightDecay = 0);

/// <summary>
/// Adam with decoupled weight decay: Loshchilov and Hutter (2019), algorithm 2, in the arrangement of PyTorch. Moments go by parameter
/// name, and <see cref="Save"/> and <see cref="Load"/> keep every bit, so that training resumes exactly.
/// </summary>
public sealed class AdamW : IDisposable
{
    private const string FirstPrefix = "exp_avg.";
    private const string SecondPrefix = "exp_avg_sq.";
    private const string StepName = "step";

    private readonly AdamWOptions _options;
    private readonly IReadOnlyList<(string Name, Tensor Value)> _parameters;
    private readonly Dictionary<string, Tensor> _first = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> _second = new(StringComparer.Ordinal);

    /// <param name="parameters">Leaves that require gradients, e.g. <see cref="MistralModel.LoraParameters"/>.</param>
    /// <param name="options">Null: the defaults.</param>
    public AdamW(IReadOnlyList<(string Name, Tensor Value)> parameters, AdamWOptions? options = null)
    {
        _parameters = parameters;
        _options = options ?? new AdamWOptions();
        foreach (var (name, value) in parameters)
        {
            _first[name] = zeros_like(value).DetachFromDisposeScope();
            _second[name] = zeros_like(value).DetachFromDisposeScope();
        }
    }

    /// <summary>Steps done so far.</summary>
    public long Steps { get; private set; }

    /// <summary>v by parameter name, without bias correction.</summary>
    public IReadOnlyDictionary<string, Tensor> SecondMoments => _second;

    public void ZeroGradients()
    {
        foreach (var (_, value) in _parameters)
        {
            if (value.grad is { } gradient)
            {
                using (gradient)
                {
                    gradient.zero_().ReleaseUnless(gradient);
                }
            }
        }
    }

    /// <summary>Scales all gradients so that their joint norm is at most <paramref name="maxNorm"/>.</summary>
    /// <returns>The norm before clipping.</returns>
    /// <exception cref="ArithmeticException">The norm is NaN or infinite: the training has diverged.</exception>
    public double ClipGradients(double maxNorm)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var gradients = _parameters.Select(parameter => parameter.Value.grad).OfType<Tensor>().ToArray();
        if (gradients.Length == 0)
        {
            return 0;
        }

        var norm = cat([.. gradients.Select(gradient => gradient.reshape(-1))], 0).to(ScalarType.Float64).norm().item<double>();
        if (!double.IsFinite(norm))
        {
            throw new ArithmeticException($"the gradient norm is {norm} at step {Steps}: the training has diverged; lower the learning rate.");
        }

        if (norm > maxNorm)
        {
            foreach (var gradient in gradients)
            {
                gradient.mul_(maxNorm / norm);
            }
        }

        return norm;
    }

    /// <summary>One update: <c>p ← p (1 − rate λ) − rate · m̂ / (√v̂ + ε)</c>. Parameters without gradient stay.</summary>
    public void Step(double rate)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        Steps++;
        var (firstBias, secondBias) = (1 - Math.Pow(_options.Beta1, Steps), 1 - Math.Pow(_options.Beta2, Steps));
        foreach (var (name, value) in _parameters)
        {
            if (value.grad is not { } gradient)
            {
                continue;
            }

            var (m, v) = (_first[name], _second[name]);
            m.mul_(_options.Beta1).add_(gradient, alpha: 1 - _options.Beta1);
            v.mul_(_options.Beta2).addcmul_(gradient, gradient, 1 - _options.Beta2);
            var scale = v.sqrt().div_(Math.Sqrt(secondBias)).add_(_options.Epsilon);
            value.mul_(1 - (rate * _options.WeightDecay));
            value.addcdiv_(m, scale, -rate / firstBias);
        }
    }

    /// <summary>The state as named tensors: <c>exp_avg.NAME</c>, <c>exp_avg_sq.NAME</c> and <c>step</c>. The moments are live, not copies.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> State() =>
    [
        .. _parameters.Select(parameter => (FirstPrefix + parameter.Name, _first[parameter.Name])),
        .. _parameters.Select(parameter => (SecondPrefix + parameter.Name, _second[parameter.Name])),
        (StepName, tensor([Steps])),
    ];

    /// <summary>Writes <see cref="State"/> as a safetensors file.</summary>
    public void Save(string path)
    {
        using var scope = NewDisposeScope();
        SafetensorsFile.Write(path, State());
    }

    /// <summary>Continues from a file that <see cref="Save"/> wrote for the same parameters.</summary>
    /// <exception cref="InputException">A moment is missing, foreign or of another shape or type.</exception>
    public void Load(string path)
    {
        using var file = new SafetensorsFile(path);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var state = State();
        if (file.Entries.Select(entry => entry.Name).FirstOrDefault(name => state.All(tensor => tensor.Name != name)) is { } foreign)
        {
            throw new InputException($"{path}: {foreign} belongs to no parameter that is being trained.");
        }

        foreach (var (name, value) in state)
        {
            var stored = file.Read(name);
            if (!stored.shape.AsSpan().SequenceEqual(value.shape) || stored.dtype != value.dtype)
            {
                throw new InputException(
                    $"{path}: {name} is {stored.dtype} [{string.Join(", ", stored.shape)}], expected {value.dtype} [{string.Join(", ", value.shape)}].");
            }

            value.copy_(stored);
            Steps = name == StepName ? stored.item<long>() : Steps;
        }
    }

    public void Dispose()
    {
        foreach (var moment in _first.Values.Concat(_second.Values))
        {
            moment.Dispose();
        }
    }
}
