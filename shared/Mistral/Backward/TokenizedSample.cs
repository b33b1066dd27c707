namespace ZiGong.Mistral.Backward;

/// <summary>A sample as the model reads it: prompt and true answer in one sequence.</summary>
/// <param name="Id">32 lower-case hexadecimal digits.</param>
/// <param name="Tokens">Prompt (BOS first) followed by the answer and EOS.</param>
/// <param name="AnswerStart">Index of the first answer token; the loss is the mean cross entropy over the tokens from here to the end.</param>
public sealed record TokenizedSample(string Id, int[] Tokens, int AnswerStart);
