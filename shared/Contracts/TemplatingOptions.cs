using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ZiGong.Contracts;

public enum TemplateForm
{
    Descriptor,
    Table,
    Description,
}

/// <summary>What nano reads.</summary>
public enum NanoReading
{
    /// <summary>One token a field, an answer a token.</summary>
    Compact,

    /// <summary>The instruction's bytes, as other bases read its words.</summary>
    Words,
}

/// <summary>Whether instructions are repeated.</summary>
public enum Resampling
{
    None,

    /// <summary>Those of rare classes, up to the ratio.</summary>
    Minority,
}

public sealed record TemplatingOptions
{
    [Description("How an instruction shows the fields: as the Descriptor says, Table (one line each) or Description (sentences).")]
    public TemplateForm Form { get; init; } = TemplateForm.Descriptor;

    [DefaultValue(NanoReading.Compact)]
    [Description("What nano reads: Compact (one token a field) or Words (the instruction's bytes); a data set with texts is always read as Words.")]
    public NanoReading Nano { get; init; } = NanoReading.Compact;

    [Description("Worked examples from the training side in every prompt that is read as words, balanced over the answers.")]
    [Range(0, 64)]
    [DefaultValue(0)]
    public int Shots { get; init; }

    [Description("None, or Minority: instructions of rare answers are repeated in the training data set, never on other sides.")]
    [DefaultValue(Resampling.None)]
    public Resampling Resample { get; init; } = Resampling.None;

    [Description("With Resample=Minority: the most frequent answer's instructions over any other's, at most.")]
    [Range(1.0, 1000.0)]
    [DefaultValue(2.0)]
    public double MinorityRatio { get; init; } = 2;
}
