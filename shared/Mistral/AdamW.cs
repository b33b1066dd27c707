using TorchSharp;
using TorchSharp.Modules;
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
/// TorchSharp's AdamW (Loshchilov and Hutter, 2019, algorithm 2) with the gradients clipped and the rate given step by step. Moments go by parameter name, and
/// <see cref="Save"/> and <see cref="Load"/> keep every bit, so that training resumes exactly.
/// </summary>
public sealed class AdamW : IDisposable
{
    private const string FirstPrefix = "exp_avg.";
    private const string SecondPrefix = "exp_avg_sq.";
    private const string StepName = "step";

    private readonly IReadOnlyList<(string Name, Tensor Value)> _parameters;
    private readonly IReadOnlyList<Parameter> _trained; // what TorchSharp's optimizer takes: the same memory
    private readonly TorchSharp.Modules.AdamW _optimizer;
    private readonly IReadOnlyList<TorchSharp.Modules.AdamW.State> _states; // in the parameters' order

    /// <param name="parameters">Leaves that require gradients, e.g. <see cref="MistralModel.LoraParameters"/>.</param>
    /// <param name="options">Null: the defaults.</param>
    public AdamW(IReadOnlyList<(string Name, Tensor Value)> parameters, AdamWOptions? options = null)
    {
        var (beta1, beta2, epsilon, decay) = options ?? new AdamWOptions();
        _parameters = parameters;
        _trained = [.. parameters.Select(parameter => new Parameter(parameter.Value.detach()))];
        foreach (var parameter in _trained)
        {
            parameter.DetachFromDisposeScope();
        }

        _optimizer = optim.AdamW(_trained, beta1: beta1, beta2: beta2, eps: epsilon, weight_decay: decay);
        _states = [.. _optimizer.state_dict().State.Cast<TorchSharp.Modules.AdamW.State>()];
        SecondMoments = _parameters.Zip(_states).ToDictionary(pair => pair.First.Name, pair => pair.Second.exp_avg_sq, StringComparer.Ordinal);
    }

    /// <summary>Steps done so far.</summary>
    public long Steps { get; private set; }

    /// <summary>v by parameter name, without bias correction.</summary>
    public IReadOnlyDictionary<string, Tensor> SecondMoments { get; }

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
        foreach (var group in _optimizer.ParamGroups)
        {
            group.LearningRate = rate;
        }

        for (var i = 0; i < _trained.Count; i++)
        {
            using var gradient = _parameters[i].Value.grad;
            _trained[i].grad = gradient;
        }

        _optimizer.step();
        Steps++;
    }

    /// <summary>The state as named tensors: <c>exp_avg.NAME</c>, <c>exp_avg_sq.NAME</c> and <c>step</c>. The moments are live, not copies.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> State() =>
    [
        .. _parameters.Zip(_states, (parameter, state) => (FirstPrefix + parameter.Name, state.exp_avg)),
        .. _parameters.Zip(_states, (parameter, state) => (SecondPrefix + parameter.Name, state.exp_avg_sq)),
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

        foreach (var moments in _states)
        {
            moments.step = Steps;
        }
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        foreach (var parameter in _trained)
        {
            parameter.Dispose();
        }
    }
}
