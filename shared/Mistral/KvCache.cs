using TorchSharp;
using ZiGong.ModelFiles;
using static TorchSharp.torch;

namespace ZiGong.Mistral;

/// <summary>Keys and values of all tokens so far, per layer [B, K, capacity, D]. Keys outside a sliding window stay, but are masked.</summary>
internal sealed class KvCache : IDisposable
{
    private readonly (Tensor Keys, Tensor Values)[] _layers;

    public KvCache(MistralConfig config, int samples, int capacity, Tensor like)
    {
        Tensor Empty() => empty([samples, config.KvHeads, capacity, config.HeadDim], dtype: like.dtype, device: like.device).DetachFromDisposeScope();
        _layers = [.. Enumerable.Range(0, config.Layers).Select(_ => (Empty(), Empty()))];
    }

    /// <summary>Tokens before the ones that are being added; set back, it forgets those after.</summary>
    public int Length { get; set; }

    public (Tensor Keys, Tensor Values) Append(int layer, Tensor k, Tensor v)
    {
        var (keys, values) = _layers[layer];
        keys.narrow(2, Length, k.shape[2]).copy_(k);
        values.narrow(2, Length, v.shape[2]).copy_(v);
        return (keys.narrow(2, 0, Length + k.shape[2]), values.narrow(2, 0, Length + v.shape[2])); // [B, K, S, D]
    }

    public void Dispose()
    {
        foreach (var (keys, values) in _layers)
        {
            keys.Dispose();
            values.Dispose();
        }
    }
}
