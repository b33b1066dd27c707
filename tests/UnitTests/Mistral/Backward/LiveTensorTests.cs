using ZiGong.Mistral.Backward;
using Shouldly;
using Xunit;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Mistral.Backward;

/// <summary>Alone, because the count of live tensors is the process's.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "extraction, alone";
}

[Collection(AloneCollection.Name)]
public sealed class LiveTensorTests
{
    [Theory]
    [InlineData(true, "q_proj,k_proj,v_proj")]
    [InlineData(false, "q_proj,k_proj,v_proj")]
    [InlineData(true, "o_proj,down_proj")]
    [InlineData(true, "down_proj")]
    public void Extraction_leaves_no_tensor_behind(bool fused, string targets)
    {
        using var model = Extraction.Model(Extraction.Tiny(), ScalarType.Float32, targets.Split(','));
        var samples = Extraction.Samples(Extraction.Batch(9, 17, 4, 23, 12));
        var withoutExtractor = Tensor.TotalCount;
        using (var extractor = new GradientExtractor(model, new ExtractorSettings(BatchSize: 2, Fused: fused)))
        {
            var before = Tensor.TotalCount;
            extractor.Extract(samples, sketch: null, (_, _, _) => { }, CancellationToken.None);
            Tensor.TotalCount.ShouldBe(before);
        }

        Tensor.TotalCount.ShouldBe(withoutExtractor);
    }
}
