using TorchSharp;
using ZiGong.ModelFiles;
using static TorchSharp.torch;

namespace ZiGong.Mistral.Backward;

/// <summary>
/// One forward and one backward pass, written out by hand, for the LoRA gradients of every sample of a batch or of all together. Autograd could only
/// give their sum, and that in twice the time. Samples do not interact, so the gradient of a row's activations in the summed loss is that of its own sample's
/// loss; each adapter's gradient then comes from its input rows and output gradients (<see cref="Projection.WriteGradients"/>).
/// Only what the answers depend on is computed: the head, and the last layer's queries, output projection and MLP, at answer rows alone.
/// </summary>
internal sealed class ForwardBackward(PreparedModel model, IKernels kernels)
{
    private readonly MistralConfig _config = model.Config;

    /// <param name="tokens">The samples.</param>
    /// <param name="weights">What each sample's loss is multiplied by; null: 1.</param>
    /// <param name="perSample">A gradient for each sample, or one for their sum.</param>
    /// <returns>Weighted losses [B] and gradients, [B, D] or [1, D].</returns>
    public SampleGradients Compute(TokenBatch tokens, IReadOnlyList<double>? weights, bool perSample)
    {
        using var computing = ComputeThread.Enter();
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var batch = new BatchRows(tokens, weights, model.Config, model.Type, model.Embedding.device);
        var tapes = new LayerTape[model.Layers.Length];
        var x = model.Embedding.index_select(0, batch.Ids); // [B·T, d]
        for (var i = 0; i < tapes.Length; i++)
        {
            tapes[i] = new LayerTape();
            x = Replace(x, Forward(model.Layers[i], x, batch, tapes[i]));
            if (i < model.FirstLayer)
            {
                tapes[i].Dispose();
            }
        }

        var (losses, dx) = Head(x, batch); // x and dx: [B·R, d]
        var gradients = empty([perSample ? batch.Samples : 1, model.Dimension], dtype: dx.dtype, device: dx.device);
        for (var i = tapes.Length - 1; i >= model.FirstLayer; i--)
        {
            Backward(i, dx, batch, tapes[i], gradients, out dx);
            tapes[i].Dispose();
        }

        return new SampleGradients(losses, gradients.DetachFromDisposeScope());
    }

    /// <summary>x [B·T, d] → [B·T, d], or [B·R, d] in the last layer.</summary>
    private Tensor Forward(PreparedLayer layer, Tensor x, BatchRows batch, LayerTape tape)
    {
        (tape.Normed, tape.Scale) = kernels.Normalise(x, _config.RmsNormEps);
        var context = Attend(layer, batch, tape);                     // [B·R, H·w]
        tape.Context = context;
        using var residual = layer.Query is null ? x.detach() : x.index_select(0, batch.AnswerRows);
        using var attended = layer.Output.ForwardAdd(context, residual);
        (tape.MlpNormed, tape.MlpScale) = kernels.Normalise(attended, _config.RmsNormEps);
        tape.GateUp = layer.GateUp.Forward(tape.MlpNormed);          // [B·R, 2f]
        tape.Gated = kernels.SwiGlu(tape.GateUp);                    // [B·R, f]
        return layer.Down.ForwardAdd(tape.Gated, attended);
    }

    private Tensor Attend(PreparedLayer layer, BatchRows batch, LayerTape tape)
    {
        var columns = new Columns(_config, batch, layer);
        using var keyValue = layer.Attention.Forward(tape.Normed);    // [B·T, (H+2kv)·w] or [B·T, 2kv·w]
        if (layer.Query is { } query)
        {
            tape.QueryNormed = tape.Normed.index_select(0, batch.AnswerRows);
            using var rows = query.Forward(tape.QueryNormed);         // [B·R, H·w]
            tape.Queries = kernels.ToHeads(rows, columns.Query, Turn(batch.AnswerPositions));
        }
        else
        {
            tape.Queries = kernels.ToHeads(keyValue, columns.Query, Turn(batch.Positions));
        }

        tape.Keys = kernels.ToHeads(keyValue, columns.Key, Turn(batch.Positions));
        tape.Values = kernels.ToHeads(keyValue, columns.Value, rotation: null);
        using var transposed = tape.Keys.transpose(1, 2);
        // 1/√w is in the query projection.
        tape.Probabilities = kernels.Softmax(tape.Queries.bmm(transposed), columns.Visible); // [B·kv, q·R, T]
        using var heads = tape.Probabilities.bmm(tape.Values);        // [B·kv, q·R, w]
        var context = empty([columns.Query.Samples * columns.Query.RowsPerSample, columns.Query.Columns], dtype: heads.dtype, device: heads.device);
        kernels.FromHeads(heads, context, columns.Query with { Offset = 0 }, rotation: null);
        return context;
    }

    /// <summary>Final norm, head and cross entropy at answer rows, and back: losses [B] and the gradient of x [B·R, d].</summary>
    private (double[] Losses, Tensor Gradient) Head(Tensor x, BatchRows batch)
    {
        using var scope = NewDisposeScope();
        var (normed, scale) = kernels.Normalise(x, _config.RmsNormEps);
        var logits = normed.mul(model.Norm).mm(model.HeadTransposed); // [B·R, V]
        var logProbabilities = logits.log_softmax(-1);
        var targets = batch.Targets.unsqueeze(1);
        var weights = batch.Weights.unsqueeze(1);
        var losses = logProbabilities.gather(1, targets).mul(weights).neg().view(batch.Samples, batch.Answers).to(ScalarType.Float64).sum(1);
        var gradient = logProbabilities.exp_().mul_(weights).scatter_add_(1, targets, weights.neg()); // (softmax − onehot) · weight / answers
        using var normedGradient = gradient.mm(model.Head).mul_(model.Norm);
        var dx = zeros_like(x);
        kernels.AddNormaliseGradient(dx, normedGradient, normed, scale);
        return (losses.ToArray<double>(), dx.MoveToOuterDisposeScope());
    }

    /// <summary>From the gradient of a layer's output to that of its input, stopping where nothing below has an adapter.</summary>
    private void Backward(int index, Tensor dy, BatchRows batch, LayerTape tape, Tensor gradients, out Tensor dx)
    {
        var layer = model.Layers[index];
        dx = dy;
        layer.Down.WriteGradients(tape.Gated, dy, gradients);
        var isFirst = index == model.FirstLayer;
        if (isFirst && !layer.GateUp.Learns && !layer.Output.Learns && !layer.AttentionLearns)
        {
            return;
        }

        using var gatedGradient = layer.Down.Backward(dy);
        var gateUpGradient = kernels.SwiGluGradient(tape.GateUp, gatedGradient);
        layer.GateUp.WriteGradients(tape.MlpNormed, gateUpGradient, gradients);
        if (isFirst && !layer.Output.Learns && !layer.AttentionLearns)
        {
            return;
        }

        using var mlpGradient = layer.GateUp.Backward(gateUpGradient);
        kernels.AddNormaliseGradient(dy, mlpGradient, tape.MlpNormed, tape.MlpScale);
        layer.Output.WriteGradients(tape.Context, dy, gradients);
        if (isFirst && !layer.AttentionLearns)
        {
            return;
        }

        using var contextGradient = layer.Output.Backward(dy);
        dx = AttentionBackward(layer, contextGradient, dy, batch, tape, gradients, isFirst);
    }

    /// <summary>From the gradients of context and residual [B·R, …] to that of the layer's input [B·T, d]; in the first layer to the adapters only.</summary>
    private Tensor AttentionBackward(
        PreparedLayer layer, Tensor contextGradient, Tensor residualGradient, BatchRows batch, LayerTape tape, Tensor gradients, bool isFirst)
    {
        var columns = new Columns(_config, batch, layer);
        var (queryGradient, attentionGradient) = ScoreGradients(layer, columns, contextGradient, batch, tape);
        using var _ = queryGradient;
        using var __ = attentionGradient;
        layer.Attention.WriteGradients(tape.Normed, attentionGradient, gradients);
        layer.Query?.WriteGradients(tape.QueryNormed, queryGradient, gradients);
        if (isFirst)
        {
            return residualGradient;
        }

        using var normedGradient = layer.Attention.Backward(attentionGradient); // [B·T, d]
        var dx = residualGradient;
        if (layer.Query is { } query)
        {
            using var atAnswers = query.Backward(queryGradient);
            normedGradient.index_add_(0, batch.AnswerRows, atAnswers, 1).ReleaseUnless(normedGradient);
            dx = zeros_like(normedGradient);
            dx.index_add_(0, batch.AnswerRows, residualGradient, 1).ReleaseUnless(dx);
            residualGradient.Dispose();
        }

        kernels.AddNormaliseGradient(dx, normedGradient, tape.Normed, tape.Scale);
        return dx;
    }

    /// <summary>The gradients of the projected rows: queries beside keys and values, or (last layer) queries apart.</summary>
    private (Tensor Query, Tensor Attention) ScoreGradients(
        PreparedLayer layer, Columns columns, Tensor contextGradient, BatchRows batch, LayerTape tape)
    {
        using var context = kernels.ToHeads(contextGradient, columns.Query with { Offset = 0 }, rotation: null); // [B·kv, q·R, w]
        using var probabilities = tape.Probabilities.transpose(1, 2);
        // The q query heads of a group lie in one matrix, so this product sums over them.
        using var values = probabilities.bmm(context);                // [B·kv, T, w]
        using var valuesTransposed = tape.Values.transpose(1, 2);
        using var scores = kernels.SoftmaxGradient(context.bmm(valuesTransposed), tape.Probabilities, columns.Visible);
        using var queries = scores.bmm(tape.Keys);                    // [B·kv, q·R, w]
        using var scoresTransposed = scores.transpose(1, 2);
        using var keys = scoresTransposed.bmm(tape.Queries);          // [B·kv, T, w]

        var attention = empty([batch.Ids.shape[0], layer.Attention.Weight.shape[0]], dtype: context.dtype, device: context.device);
        kernels.FromHeads(keys, attention, columns.Key, Turn(batch.Positions));
        kernels.FromHeads(values, attention, columns.Value, rotation: null);
        if (layer.Query is null)
        {
            kernels.FromHeads(queries, attention, columns.Query, Turn(batch.Positions));
            return (attention, attention);
        }

        var query = empty([batch.AnswerRows.shape[0], columns.Query.Columns], dtype: context.dtype, device: context.device);
        kernels.FromHeads(queries, query, columns.Query, Turn(batch.AnswerPositions));
        return (query, attention);
    }

    private Rotation Turn(int[] positions) => new(model.Cos, model.Sin, positions);

    private static Tensor Replace(Tensor old, Tensor next)
    {
        old.Dispose();
        return next;
    }

    /// <summary>Where queries, keys and values lie in the rows of a layer.</summary>
    private sealed class Columns
    {
        public Columns(MistralConfig config, BatchRows batch, PreparedLayer layer)
        {
            var isLast = layer.Query is not null;
            var queryRows = isLast ? batch.Answers : batch.Length;
            var group = config.Heads / config.KvHeads;
            Query = new HeadColumns(batch.Samples, queryRows, 0, config.KvHeads, group, config.HeadDim);
            Key = new HeadColumns(batch.Samples, batch.Length, isLast ? 0 : Query.Columns, config.KvHeads, 1, config.HeadDim);
            Value = Key with { Offset = Key.Offset + Key.Columns };
            Visible = new KeyRanges(
                isLast ? batch.AnswerPositions : batch.Positions, queryRows, config.KvHeads, group, batch.Length, config.SlidingWindow);
        }

        public HeadColumns Query { get; }

        public HeadColumns Key { get; }

        public HeadColumns Value { get; }

        public KeyRanges Visible { get; }
    }
}
