using TorchSharp;
using ZiGong.Contracts;
using ZiGong.Influence;
using ZiGong.ModelFiles;
using static TorchSharp.torch;

namespace ZiGong.Mistral;

/// <summary>
/// Mistral: token embedding; layers of RMSNorm, grouped-query attention with rotary positions, RMSNorm, SwiGLU; RMSNorm; output head.
/// Computes what Hugging Face's MistralForCausalLM computes. Letters in the shapes: B samples, T tokens, A query rows per sample, N rows,
/// d hidden, H heads, V vocabulary, K key and value heads, G = H / K, D head width, S keys.
/// Source: Jiang et al., Mistral 7B (2023), section 2.
/// </summary>
public sealed class MistralModel : IDisposable
{
    private IReadOnlyList<(string Name, Tensor Value)> _lora = [];

    private MistralModel(MistralConfig config, Func<string, long[], Tensor> weight)
    {
        Config = config;
        long d = config.HiddenSize, heads = config.Heads * config.HeadDim, kv = config.KvHeads * config.HeadDim, ff = config.IntermediateSize;
        Linear Projection(string name, long rows, long columns) => new(name, weight($"{name}.weight", [rows, columns]));

        Embedding = weight("model.embed_tokens.weight", [config.VocabSize, d]);
        Layers = new DecoderLayer[config.Layers];
        for (var i = 0; i < Layers.Length; i++)
        {
            var layer = $"model.layers.{i}";
            Layers[i] = new DecoderLayer
            {
                InputNorm = weight($"{layer}.input_layernorm.weight", [d]),
                PostAttentionNorm = weight($"{layer}.post_attention_layernorm.weight", [d]),
                Q = Projection($"{layer}.self_attn.q_proj", heads, d),
                K = Projection($"{layer}.self_attn.k_proj", kv, d),
                V = Projection($"{layer}.self_attn.v_proj", kv, d),
                O = Projection($"{layer}.self_attn.o_proj", d, heads),
                Gate = Projection($"{layer}.mlp.gate_proj", ff, d),
                Up = Projection($"{layer}.mlp.up_proj", ff, d),
                Down = Projection($"{layer}.mlp.down_proj", d, ff),
            };
        }

        Norm = weight("model.norm.weight", [d]);
        Head = config.TieWordEmbeddings ? Embedding : weight("lm_head.weight", [config.VocabSize, d]);
    }

    public MistralConfig Config { get; }

    /// <summary>[V, d]</summary>
    public Tensor Embedding { get; }

    public DecoderLayer[] Layers { get; }

    /// <summary>[d]</summary>
    public Tensor Norm { get; }

    /// <summary>[V, d]; the embedding itself where they are tied.</summary>
    public Tensor Head { get; }

    /// <summary>The base weights under their Hugging Face names, without any adapter.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> Parameters =>
    [
        ("model.embed_tokens.weight", Embedding),
        .. Layers.SelectMany((layer, i) => new[]
        {
            ($"model.layers.{i}.input_layernorm.weight", layer.InputNorm),
            ($"model.layers.{i}.post_attention_layernorm.weight", layer.PostAttentionNorm),
        }.Concat(layer.Projections.Select(linear => ($"{linear.Name}.weight", linear.Weight)))),
        ("model.norm.weight", Norm),
        .. Config.TieWordEmbeddings ? Array.Empty<(string, Tensor)>() : [("lm_head.weight", Head)],
    ];

    /// <summary>
    /// The adapter's matrices in canonical order: layer, then q, k, v, o, gate, up, down, A before B. Empty without adapter. Names are
    /// <c>model.layers.0.self_attn.q_proj.lora_A.weight</c> …
    /// </summary>
    public IReadOnlyList<(string Name, Tensor Value)> LoraParameters => _lora;

    /// <summary>The options of the attached adapter; null without one.</summary>
    public LoraOptions? Lora { get; private set; }

    // ---- Where models come from ----

    /// <summary>Reads a Hugging Face folder (<see cref="HfFolder"/>), converting the weights to <paramref name="dtype"/>.</summary>
    /// <exception cref="InputException">A file is missing or damaged, or a tensor is missing, has another shape or does not belong here.</exception>
    public static MistralModel Load(string folder, ScalarType dtype = ScalarType.Float32, Device? device = null)
    {
        using var computing = ComputeThread.Enter();
        using var files = new HfFolder(folder);
        using var scope = NewDisposeScope();
        var asked = new HashSet<string>(StringComparer.Ordinal) { "lm_head.weight" }; // may be stored beside a tied embedding
        var model = new MistralModel(files.Config, (name, shape) =>
        {
            asked.Add(name);
            return OnDevice(files.Read(name, shape, dtype), device);
        });
        var foreign = files.TensorNames.FirstOrDefault(name => !asked.Contains(name) && !name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal));
        return foreign is null
            ? model.Keep()
            : throw new InputException(
                $"{folder}: tensor {foreign} is not part of a Mistral model with {files.Config.Layers} layers as config.json describes it.");
    }

    /// <summary>Normal weights of standard deviation <see cref="MistralConfig.InitializerRange"/>, norms at one: the same on every platform.</summary>
    public static MistralModel Random(MistralConfig config, ulong seed, ScalarType dtype = ScalarType.Float32, Device? device = null)
    {
        config.Check("configuration");
        using var computing = ComputeThread.Enter();
        using var scope = NewDisposeScope();
        return new MistralModel(config, (name, shape) =>
        {
            if (shape.Length == 1)
            {
                return ones(shape, dtype: dtype, device: device);
            }

            var random = SeededRandom.Stream(seed, "weights", name);
            return Draw(shape, () => config.InitializerRange * random.NextGaussian(), dtype, device);
        }).Keep();
    }

    /// <summary>Writes <c>config.json</c> and <c>model.safetensors</c>: the base weights alone, whether or not an adapter is attached.</summary>
    public void Save(string folder, ScalarType dtype = ScalarType.Float32)
    {
        Directory.CreateDirectory(folder);
        using var scope = NewDisposeScope();
        File.WriteAllText(Path.Combine(folder, "config.json"), Config.ToJson(dtype.ToString().ToLowerInvariant()));
        SafetensorsFile.Write(
            Path.Combine(folder, "model.safetensors"),
            Parameters.Select(weight => (weight.Name, weight.Value.detach().to(dtype))),
            new Dictionary<string, string> { ["format"] = "pt" });
    }

    // ---- LoRA ----

    /// <summary>Replaces the target projections by <see cref="LoraLinear"/>: A uniform within 1/√in (PEFT's Kaiming with a = √5), B zero.</summary>
    /// <exception cref="InputException">A target is no projection of this model, or the rank is not positive.</exception>
    /// <exception cref="InvalidOperationException">An adapter is attached already.</exception>
    public void AttachLora(LoraOptions options, ulong seed)
    {
        if (Lora is not null)
        {
            throw new InvalidOperationException("An adapter is attached already; detach it first.");
        }

        var unknown = options.Targets.Except(LoraOptions.AllTargets, StringComparer.Ordinal).FirstOrDefault();
        if (unknown is not null || options.Rank < 1 || options.Targets.Count == 0)
        {
            throw new InputException(
                $"LoRA rank {options.Rank} on {string.Join(", ", options.Targets)}: "
                + $"expected a rank of 1 or more on some of {string.Join(", ", LoraOptions.AllTargets)}.");
        }

        using var scope = NewDisposeScope();
        foreach (var layer in Layers)
        {
            layer.Replace(linear => options.Targets.Contains(linear.Target) ? WithLora(linear, options, seed) : linear);
        }

        Lora = options;
        _lora = [.. Layers.SelectMany(layer => layer.Projections).OfType<LoraLinear>().SelectMany(linear => new[]
        {
            ($"{linear.Name}.lora_A.weight", linear.A),
            ($"{linear.Name}.lora_B.weight", linear.B),
        })];
    }

    /// <summary>Puts the plain projections back and frees the adapter.</summary>
    public void DetachLora()
    {
        foreach (var layer in Layers)
        {
            layer.Replace(linear => linear is LoraLinear ? new Linear(linear.Name, linear.Weight) : linear);
        }

        foreach (var (_, value) in _lora)
        {
            value.Dispose();
        }

        Lora = null;
        _lora = [];
    }

    private static LoraLinear WithLora(Linear linear, LoraOptions options, ulong seed)
    {
        var dtype = linear.Weight.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        var random = SeededRandom.Stream(seed, "lora", linear.Name);
        var bound = 1 / Math.Sqrt(linear.In);
        var a = Draw([options.Rank, linear.In], () => bound * ((2 * random.NextDouble()) - 1), dtype, linear.Weight.device); // [r, in]
        var b = zeros([linear.Out, options.Rank], dtype: dtype, device: linear.Weight.device);                                // [out, r]
        a.requires_grad = true;
        b.requires_grad = true;
        return new LoraLinear(linear, a.DetachFromDisposeScope(), b.DetachFromDisposeScope(), options.Scale);
    }

    // ---- Forward ----

    /// <summary>The normalised output of the last layer at every position.</summary>
    /// <param name="ids">[B, T] int64, right-padded with any valid ids.</param>
    /// <param name="lengths">Tokens of each sample. Causal attention never looks right, so padding changes nothing before it; rows beyond are noise.</param>
    /// <returns>[B, T, d]</returns>
    public Tensor Hidden(Tensor ids, int[] lengths)
    {
        using var computing = ComputeThread.Enter();
        using var scope = NewDisposeScope();
        CheckBatch(ids, lengths);
        var x = Embed(ids);                                                         // [B, T, d]
        var sight = SightOfAll(0, (int)ids.shape[1]);
        for (var i = 0; i < Layers.Length; i++)
        {
            x = Layer(i, x, sight, cache: null);                                    // [B, T, d]
        }

        return RmsNorm(x, Norm).MoveToOuterDisposeScope();
    }

    /// <summary>As <see cref="Hidden"/>, at some rows only: the last layer computes queries, output and SwiGLU for nothing else.</summary>
    /// <param name="ids">[B, T] int64, right-padded.</param>
    /// <param name="lengths">Tokens of each sample.</param>
    /// <param name="rows">Flat positions b · T + t, in any order.</param>
    /// <returns>[N, d] in the order of <paramref name="rows"/></returns>
    public Tensor HiddenAt(Tensor ids, int[] lengths, long[] rows)
    {
        using var computing = ComputeThread.Enter();
        using var scope = NewDisposeScope();
        CheckBatch(ids, lengths);
        var (samples, tokens) = (ids.shape[0], ids.shape[1]);
        var x = Embed(ids);                                                         // [B, T, d]
        var sight = SightOfAll(0, (int)tokens);
        for (var i = 0; i < Layers.Length - 1; i++)
        {
            x = Layer(i, x, sight, cache: null);                                    // [B, T, d]
        }

        var (grid, place) = RowGrid(rows, samples, tokens);                         // [B · A], [N]
        x = Layer(Layers.Length - 1, x, SightOfRows(grid, samples, tokens), cache: null); // [B, A, d]
        x = x.reshape(-1, Config.HiddenSize).index_select(0, Index(place));         // [N, d]
        return RmsNorm(x, Norm).MoveToOuterDisposeScope();
    }

    /// <param name="hidden">[…, d] from <see cref="Hidden"/> or <see cref="HiddenAt"/></param>
    /// <returns>[…, V]</returns>
    public Tensor Logits(Tensor hidden)
    {
        using var computing = ComputeThread.Enter();
        return nn.functional.linear(hidden, Head);
    }

    /// <inheritdoc cref="HiddenAt"/>
    /// <returns>[N, V]: the logits that predict the token after each row.</returns>
    public Tensor LogitsAt(Tensor ids, int[] lengths, long[] rows)
    {
        using var hidden = HiddenAt(ids, lengths, rows);
        return Logits(hidden);
    }

    /// <summary>Where a layer's queries stand, which keys they see, and where the keys stand.</summary>
    /// <param name="Keys">cos and sin at the new keys, [1, 1, T, D]</param>
    /// <param name="Queries">cos and sin at the queries, [1 or B, 1, 1, A, D]</param>
    /// <param name="Mask">0 where a query sees a key, −∞ elsewhere, [1 or B, 1, 1, A, S]</param>
    /// <param name="Rows">Flat positions of the queries, [B · A]; null: all positions.</param>
    private sealed record Sight((Tensor Cos, Tensor Sin) Keys, (Tensor Cos, Tensor Sin) Queries, Tensor Mask, Tensor? Rows);

    private Tensor Layer(int index, Tensor x, Sight sight, KvCache? cache)
    {
        using var scope = NewDisposeScope();
        var layer = Layers[index];
        var h = RmsNorm(x, layer.InputNorm);                                        // [B, T, d]
        var k = Rotate(Heads(layer.K.Forward(h)), sight.Keys);                      // [B, K, T, D]
        var v = Heads(layer.V.Forward(h));                                          // [B, K, T, D]
        (k, v) = cache?.Append(index, k, v) ?? (k, v);                              // [B, K, S, D]
        x = At(sight.Rows, x);                                                      // [B, A, d]
        h = At(sight.Rows, h);                                                      // [B, A, d]
        x = x + layer.O.Forward(Attend(layer.Q.Forward(h), k, v, sight));           // [B, A, d]
        h = RmsNorm(x, layer.PostAttentionNorm);                                    // [B, A, d]
        var wide = nn.functional.silu(layer.Gate.Forward(h)) * layer.Up.Forward(h); // [B, A, ff]
        return (x + layer.Down.Forward(wide)).MoveToOuterDisposeScope();            // [B, A, d]
    }

    /// <summary>Softmax attention; the G queries that share a key head ride in one matrix product.</summary>
    private Tensor Attend(Tensor q, Tensor k, Tensor v, Sight sight)
    {
        var (samples, rows, keys) = (q.shape[0], q.shape[1], k.shape[2]);
        long kv = Config.KvHeads, group = Config.QueriesPerKv, width = Config.HeadDim;
        q = q.reshape(samples, rows, kv, group, width).permute(0, 2, 3, 1, 4);      // [B, K, G, A, D]
        q = Rotate(q, sight.Queries) * (1 / Math.Sqrt(width));                      // [B, K, G, A, D]
        q = q.reshape(samples * kv, group * rows, width);                           // [B · K, G · A, D]
        k = k.reshape(samples * kv, keys, width);                                   // [B · K, S, D]
        v = v.reshape(samples * kv, keys, width);                                   // [B · K, S, D]
        var scores = q.bmm(k.transpose(1, 2));                                      // [B · K, G · A, S]
        scores = scores.reshape(samples, kv, group, rows, keys) + sight.Mask;       // [B, K, G, A, S]
        var weights = nn.functional.softmax(Wide(scores), -1).to(v.dtype);          // [B, K, G, A, S]
        var mixed = weights.reshape(samples * kv, group * rows, keys).bmm(v);       // [B · K, G · A, D]
        return mixed.reshape(samples, kv, group, rows, width).permute(0, 3, 1, 2, 4) // [B, A, K, G, D]
            .reshape(samples, rows, kv * group * width);                            // [B, A, H · D]
    }

    private Tensor RmsNorm(Tensor x, Tensor weight)
    {
        var wide = Wide(x);                                                         // float32 at least, as Hugging Face does
        var scale = (wide.square().mean([-1], keepdim: true) + Config.RmsNormEps).rsqrt(); // […, 1]
        return (wide * scale).to(x.dtype) * weight;                                 // […, d]
    }

    /// <summary>Turns each pair (i, i + D/2) by its position's angle: the half-rotation layout of Hugging Face.</summary>
    private static Tensor Rotate(Tensor x, (Tensor Cos, Tensor Sin) angles)
    {
        var half = x.shape[^1] / 2;
        var turned = cat([-x.narrow(-1, half, half), x.narrow(-1, 0, half)], -1);   // […, D]
        return (x * angles.Cos) + (turned * angles.Sin);                            // […, D]
    }

    private Tensor Embed(Tensor ids) =>
        Embedding.index_select(0, ids.reshape(-1)).reshape(ids.shape[0], ids.shape[1], Config.HiddenSize); // [B, T, d]

    /// <summary>[B, T, K · D] to [B, K, T, D]</summary>
    private Tensor Heads(Tensor x) => x.reshape(x.shape[0], x.shape[1], Config.KvHeads, Config.HeadDim).transpose(1, 2);

    /// <summary>[B, T, d] to [B, A, d]</summary>
    private static Tensor At(Tensor? rows, Tensor x) =>
        rows is null ? x : x.reshape(-1, x.shape[2]).index_select(0, rows).reshape(x.shape[0], -1, x.shape[2]);

    private static Tensor Wide(Tensor x) => x.dtype is ScalarType.Float16 or ScalarType.BFloat16 ? x.to(ScalarType.Float32) : x;

    // ---- Positions ----

    /// <summary>Every new token is a query: positions start … start + count − 1 see the keys 0 … start + count − 1.</summary>
    private Sight SightOfAll(int start, int count)
    {
        var positions = Enumerable.Range(start, count).Select(position => (long)position).ToArray();
        var (cos, sin) = Angles(positions);                                         // [T, D]
        return new Sight((cos, sin), (cos, sin), Mask(positions, 1, start + count), Rows: null);
    }

    /// <summary>As <see cref="SightOfAll"/> with only the <paramref name="last"/> new tokens of each sample as queries.</summary>
    private Sight SightOfLast(int start, int count, int last, int samples)
    {
        var keys = Angles([.. Enumerable.Range(start, count).Select(position => (long)position)]); // [T, D]
        var positions = Enumerable.Range(start + count - last, last).Select(position => (long)position).ToArray();
        var rows = Enumerable.Range(0, samples * last).Select(i => (long)((i / last * count) + count - last + (i % last))).ToArray();
        return new Sight(keys, Angles(positions), Mask(positions, 1, start + count), Index(rows));
    }

    private Sight SightOfRows(long[] grid, long samples, long tokens)
    {
        var positions = Array.ConvertAll(grid, row => row % tokens);
        var (cos, sin) = Angles(positions);                                         // [B · A, D]
        long[] shape = [samples, 1, 1, grid.Length / samples, Config.HeadDim];
        var keys = Angles([.. Enumerable.Range(0, (int)tokens).Select(position => (long)position)]); // [T, D]
        return new Sight(keys, (cos.reshape(shape), sin.reshape(shape)), Mask(positions, samples, tokens), Index(grid));
    }

    /// <summary>Angle of pair i at position p: p · θ^(−2i/D), computed in double whatever the model's type.</summary>
    private (Tensor Cos, Tensor Sin) Angles(long[] positions)
    {
        var half = Config.HeadDim / 2;
        var (cos, sin) = (new double[positions.Length * Config.HeadDim], new double[positions.Length * Config.HeadDim]);
        for (var row = 0; row < positions.Length; row++)
        {
            for (var i = 0; i < Config.HeadDim; i++)
            {
                var angle = positions[row] * Math.Pow(Config.RopeTheta, -2.0 * (i % half) / Config.HeadDim);
                (sin[(row * Config.HeadDim) + i], cos[(row * Config.HeadDim) + i]) = Math.SinCos(angle);
            }
        }

        long[] shape = [positions.Length, Config.HeadDim];
        return (FromDoubles(cos, shape, Embedding.dtype, Embedding.device), FromDoubles(sin, shape, Embedding.dtype, Embedding.device));
    }

    /// <summary>A query sees itself, what is before it, and with a window of W only W − 1 of those. [B, 1, 1, A, S]</summary>
    private Tensor Mask(long[] positions, long samples, long keys)
    {
        var window = Config.SlidingWindow ?? int.MaxValue;
        var mask = new float[positions.Length * keys];
        for (var row = 0; row < positions.Length; row++)
        {
            for (long key = 0; key < keys; key++)
            {
                var seen = key <= positions[row] && key > positions[row] - window;
                mask[(row * keys) + key] = seen ? 0 : float.NegativeInfinity;
            }
        }

        return OnDevice(tensor(mask, [samples, 1, 1, positions.Length / samples, keys]).to(Embedding.dtype), Embedding.device);
    }

    /// <summary>
    /// Lays rows out as a rectangle of A per sample, so that one batched product serves samples with different numbers of rows;
    /// free places hold the sample's first token and are dropped afterwards.
    /// </summary>
    private static (long[] Grid, long[] Place) RowGrid(long[] rows, long samples, long tokens)
    {
        var used = new int[samples];
        foreach (var row in rows)
        {
            if (row < 0 || row >= samples * tokens)
            {
                throw new ArgumentOutOfRangeException(nameof(rows), $"row {row} is outside the batch of {samples} x {tokens} positions");
            }

            used[row / tokens]++;
        }

        var width = Math.Max(1, used.Max());
        var grid = new long[samples * width];
        for (var i = 0; i < grid.Length; i++)
        {
            grid[i] = i / width * tokens;
        }

        Array.Clear(used);
        var place = Array.ConvertAll(rows, row => ((row / tokens) * width) + used[row / tokens]++);
        for (var i = 0; i < rows.Length; i++)
        {
            grid[place[i]] = rows[i];
        }

        return (grid, place);
    }

    // ---- What follows a prompt ----

    /// <summary>The likeliest next token, again and again.</summary>
    /// <returns>The new tokens alone, without the <paramref name="eosId"/> that ended them.</returns>
    public int[] Generate(int[] prompt, int maxNewTokens, int eosId) => Generate([prompt], maxNewTokens, eosId)[0];

    /// <summary>As <see cref="Generate(int[], int, int)"/> for prompts of one length at once.</summary>
    /// <exception cref="ArgumentException">No prompts, empty ones, or lengths differ.</exception>
    public int[][] Generate(IReadOnlyList<int[]> prompts, int maxNewTokens, int eosId)
    {
        using var continuations = new PromptContinuations(this, prompts, maxNewTokens);
        return continuations.Generate(maxNewTokens, eosId);
    }

    /// <summary>Adds tokens to those in <paramref name="cache"/>; the last layer computes queries, output and SwiGLU for the last ones only.</summary>
    /// <param name="ids">[B · T] the new tokens, sample by sample.</param>
    /// <param name="samples">B</param>
    /// <param name="last">A, how many of each sample's new tokens are asked for.</param>
    /// <param name="cache">Everything before them; longer by T afterwards.</param>
    /// <returns>[B, A, V]: the logits that predict the token after each of the last A.</returns>
    internal Tensor Extend(long[] ids, int samples, int last, KvCache cache)
    {
        using var computing = ComputeThread.Enter();
        using var scope = NewDisposeScope();
        var count = ids.Length / samples;
        Config.CheckLength(cache.Length + count);
        var x = Embed(Index(ids).reshape(samples, count));                          // [B, T, d]
        var sight = SightOfAll(cache.Length, count);
        for (var i = 0; i < Layers.Length - 1; i++)
        {
            x = Layer(i, x, sight, cache);                                          // [B, T, d]
        }

        x = Layer(Layers.Length - 1, x, SightOfLast(cache.Length, count, last, samples), cache); // [B, A, d]
        cache.Length += count;
        return Logits(RmsNorm(x, Norm)).MoveToOuterDisposeScope();                  // [B, A, V]
    }

    // ---- Checks and tensors ----

    public void Dispose()
    {
        DetachLora();
        foreach (var (_, value) in Parameters)
        {
            value.Dispose();
        }
    }

    private void CheckBatch(Tensor ids, int[] lengths)
    {
        if (ids.dim() != 2 || ids.shape[0] != lengths.Length)
        {
            throw new ArgumentException(
                $"ids of shape [{string.Join(", ", ids.shape)}] with {lengths.Length} lengths; expected [{lengths.Length}, tokens].", nameof(ids));
        }

        if (lengths.FirstOrDefault(length => length < 1 || length > ids.shape[1], -1) is var wrong and not -1)
        {
            throw new ArgumentException($"a length of {wrong} in a batch of {ids.shape[1]} tokens a row.", nameof(lengths));
        }

        Config.CheckLength(ids.shape[1]);
    }

    private MistralModel Keep()
    {
        foreach (var (_, value) in Parameters)
        {
            value.DetachFromDisposeScope();
        }

        return this;
    }

    private Tensor Index(long[] values) => OnDevice(tensor(values), Embedding.device);

    private static Tensor OnDevice(Tensor value, Device? device) => device is null ? value : value.to(device);

    private static Tensor Draw(long[] shape, Func<double> next, ScalarType dtype, Device? device)
    {
        var values = new double[shape.Aggregate(1L, (product, size) => product * size)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = next();
        }

        return FromDoubles(values, shape, dtype, device);
    }

    private static Tensor FromDoubles(double[] values, long[] shape, ScalarType dtype, Device? device) =>
        OnDevice(tensor(values, shape).to(dtype), device);
}
