using TorchSharp;
using ZiGong.Influence.Gradients;
using ZiGong.ModelFiles;
using static TorchSharp.torch;

namespace ZiGong.Mistral.Backward;

/// <summary>
/// A model made ready for many batches: adapters merged, projections with a common input fused, norm weights folded in. Later changes of the adapters show
/// after <see cref="Refresh"/>.
/// </summary>
internal sealed class PreparedModel : IDisposable
{
    public PreparedModel(MistralModel model)
    {
        Config = model.Config;
        Blocks = [.. model.LoraParameters.Select(parameter => new ParameterBlock(parameter.Name, checked((int)parameter.Value.numel())))];
        Dimension = Blocks.Sum(block => block.Length);
        var linears = model.Layers.SelectMany(layer => layer.Projections).ToArray();
        var offsets = Offsets(linears);
        var first = Array.FindIndex(linears, linear => linear is LoraLinear);
        if (first < 0)
        {
            throw new ArgumentException("the model has no LoRA adapter, so it has no LoRA gradients");
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Type = model.LoraParameters[0].Value.dtype;
        FirstLayer = first / model.Layers[0].Projections.Count;
        Layers = [.. model.Layers.Select((layer, i) => new PreparedLayer(layer, model.Config, offsets, Type, isLast: i == model.Layers.Length - 1))];
        Embedding = model.Embedding.to(Type).detach().DetachFromDisposeScope();
        Norm = model.Norm.to(Type).detach().DetachFromDisposeScope();
        Head = model.Head.to(Type).detach().DetachFromDisposeScope();
        HeadTransposed = Head.t().DetachFromDisposeScope();
        (Cos, Sin) = Tables(model.Config, Type, model.Embedding.device);
    }

    public MistralConfig Config { get; }

    /// <summary>What is computed in: the type of the adapters.</summary>
    public ScalarType Type { get; }

    /// <summary>[V, d]</summary>
    public Tensor Embedding { get; }

    public PreparedLayer[] Layers { get; }

    /// <summary>The lowest layer with an adapter: below it nothing is kept and nothing is propagated back.</summary>
    public int FirstLayer { get; }

    public IReadOnlyList<ParameterBlock> Blocks { get; }

    public int Dimension { get; }

    /// <summary>[d]</summary>
    public Tensor Norm { get; }

    /// <summary>[V, d]</summary>
    public Tensor Head { get; }

    public Tensor HeadTransposed { get; }

    /// <summary>[positions, w/2] cosines of RoPE.</summary>
    public Tensor Cos { get; }

    public Tensor Sin { get; }

    /// <summary>Merges the adapters' present values; what has no adapter stays as it is.</summary>
    public void Refresh()
    {
        using var noGradient = no_grad();
        foreach (var layer in Layers)
        {
            layer.Refresh();
        }
    }

    public void Dispose()
    {
        foreach (var layer in Layers)
        {
            layer.Dispose();
        }

        Embedding.Dispose();
        Norm.Dispose();
        Head.Dispose();
        HeadTransposed.Dispose();
        Cos.Dispose();
        Sin.Dispose();
    }

    private Dictionary<Linear, int> Offsets(IEnumerable<Linear> linears)
    {
        var offsets = new Dictionary<Linear, int>(ReferenceEqualityComparer.Instance);
        var offset = 0;
        foreach (var lora in linears.OfType<LoraLinear>())
        {
            offsets[lora] = offset;
            offset += checked((int)(lora.A.numel() + lora.B.numel()));
        }

        return offset == Dimension ? offsets : throw new InvalidOperationException($"adapters have {offset} parameters, the model lists {Dimension}");
    }

    private static (Tensor Cos, Tensor Sin) Tables(MistralConfig config, ScalarType type, Device device)
    {
        using var scope = NewDisposeScope();
        var half = config.HeadDim / 2;
        var frequencies = Enumerable.Range(0, half).Select(i => Math.Pow(config.RopeTheta, -2.0 * i / config.HeadDim)).ToArray();
        var positions = arange(config.MaxPositions, dtype: ScalarType.Float64).unsqueeze(1);
        var angles = positions.mul(tensor(frequencies)); // [positions, w/2], in double whatever the model's type
        return (angles.cos().to(type).to(device).DetachFromDisposeScope(), angles.sin().to(type).to(device).DetachFromDisposeScope());
    }
}

/// <summary>One decoder layer, fused. In the last layer queries have a projection of their own, because only answer rows need one.</summary>
internal sealed class PreparedLayer : IDisposable
{
    public PreparedLayer(DecoderLayer layer, MistralConfig config, IReadOnlyDictionary<Linear, int> offsets, ScalarType type, bool isLast)
    {
        var scale = 1 / Math.Sqrt(config.HeadDim);
        ProjectionPart Part(Linear linear, double outputScale = 1) => new(linear, offsets.GetValueOrDefault(linear), outputScale);
        var query = Part(layer.Q, scale);
        ProjectionPart[] keyValue = [Part(layer.K), Part(layer.V)];
        Query = isLast ? new Projection([query], layer.InputNorm, type) : null;
        Attention = new Projection(isLast ? keyValue : [query, .. keyValue], layer.InputNorm, type);
        Output = new Projection([Part(layer.O)], inputNorm: null, type);
        GateUp = new Projection([Part(layer.Gate), Part(layer.Up)], layer.PostAttentionNorm, type);
        Down = new Projection([Part(layer.Down)], inputNorm: null, type);
    }

    /// <summary>Queries alone, of the normed input at answer rows; null but in the last layer.</summary>
    public Projection? Query { get; }

    /// <summary>Queries, keys and values, or keys and values in the last layer.</summary>
    public Projection Attention { get; }

    public Projection Output { get; }

    public Projection GateUp { get; }

    public Projection Down { get; }

    public bool AttentionLearns => Attention.Learns || Query is { Learns: true };

    public void Refresh()
    {
        Query?.Refresh();
        Attention.Refresh();
        Output.Refresh();
        GateUp.Refresh();
        Down.Refresh();
    }

    public void Dispose()
    {
        Query?.Dispose();
        Attention.Dispose();
        Output.Dispose();
        GateUp.Dispose();
        Down.Dispose();
    }
}
