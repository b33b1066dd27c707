namespace TorchSharp;

public static partial class torch
{
    public static class nn
    {
        public enum Reduction
        {
            None = 0,
            Mean = 1,
            Sum = 2,
        }

        public static class functional
        {
            public static Tensor silu(Tensor x, bool inplace = false) => inplace ? x.silu_() : x.silu();

            public static Tensor relu(Tensor x, bool inplace = false) => inplace ? x.relu_() : x.relu();

            public static Tensor sigmoid(Tensor input) => input.sigmoid();

            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => input.softmax(dim, dtype);

            public static Tensor log_softmax(Tensor input, long dim, ScalarType? dtype = null) => input.log_softmax(dim, dtype);

            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false) => inplace
                ? throw new NotSupportedException("dropout in place is not covered.")
                : Native.dropout(input, p, training);

            /// <summary>input · weightᵀ + bias; weight is [out, in].</summary>
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => Native.linear(input, weights, bias);

            /// <summary>The rows of weights that x names.</summary>
            public static Tensor embedding(Tensor x, Tensor weights, long? padding_idx = null) => Native.embedding(x, weights, padding_idx ?? -1);

            /// <summary>Cross entropy of logits [N, C, …] with class numbers [N, …]; places equal to ignore_index do not count.</summary>
            public static Tensor cross_entropy(
                Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100,
                Reduction reduction = Reduction.Mean, double label_smoothing = 0.0) =>
                Native.cross_entropy(input, target, weight, (long)reduction, ignore_index, label_smoothing);

            public static Tensor nll_loss(
                Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, Reduction reduction = Reduction.Mean) =>
                Native.nll_loss(input, target, weight, (long)reduction, ignore_index);

            /// <summary>softmax(query · keyᵀ / √d + mask) · value; a boolean mask is true where attention is allowed.</summary>
            public static Tensor scaled_dot_product_attention(
                Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0.0, bool is_casual = false) =>
                Native.attention(query, key, value, attn_mask, p, is_casual);
        }

        public static class utils
        {
            /// <summary>Scales the gradients of all parameters together so that their norm is max_norm at most; returns the norm before.</summary>
            public static double clip_grad_norm_(IEnumerable<Tensor> parameters, double max_norm, double norm_type = 2.0)
            {
                using var scope = NewDisposeScope();
                using var off = no_grad();
                var gradients = parameters.Select(p => p.grad).OfType<Tensor>().ToList();
                if (gradients.Count == 0)
                {
                    return 0;
                }

                var total = stack(gradients.Select(g => g.norm((float)norm_type))).norm((float)norm_type).ToDouble();
                var factor = max_norm / (total + 1e-6);
                if (factor < 1)
                {
                    foreach (var gradient in gradients)
                    {
                        gradient.mul_(factor);
                    }
                }

                return total;
            }
        }
    }
}
