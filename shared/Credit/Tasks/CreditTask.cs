namespace ZiGong.Credit.Tasks;

/// <summary>How a task is answered.</summary>
public enum AnswerKind
{
    /// <summary>Discriminative: one of the allowed answers, one of which is the bad outcome.</summary>
    Choice,

    /// <summary>Generative: a text that is written freely.</summary>
    Text,
}

/// <summary>A kind of question that lenders ask of a model.</summary>
/// <param name="Name">What a descriptor's <c>task</c> says.</param>
/// <param name="Kind">How it is answered unless the descriptor says otherwise.</param>
/// <param name="Description">One sentence for people.</param>
/// <param name="Instruction">Default wording, a Handlebars template that sees <c>task</c> and, by kind, <c>allowed</c> or <c>rules</c>.</param>
/// <param name="Allowed">Default answers of a choice; empty for text.</param>
/// <param name="Positive">The default bad outcome of a choice; empty for text.</param>
public sealed record CreditTask(string Name, AnswerKind Kind, string Description, string Instruction, IReadOnlyList<string> Allowed, string Positive)
{
    /// <summary>How an answer is judged.</summary>
    public string AnswerRule => Kind == AnswerKind.Choice
        ? "One of the allowed answers as a whole word; none of them, or two different ones, is a miss."
        : "A short text, compared with the true one after case, punctuation and blanks are evened out; numbers and names must come from the prompt.";

    /// <summary>What is measured.</summary>
    public IReadOnlyList<string> Metrics => Kind == AnswerKind.Choice ? ChoiceMetrics : TextMetrics;

    private static IReadOnlyList<string> ChoiceMetrics { get; } =
        ["KS", "AUC", "Acc", "F1", "macro F1", "weighted F1", "MCC", "Brier", "ECE", "Miss", "Acc generated"];

    private static IReadOnlyList<string> TextMetrics { get; } = ["exact match", "token F1", "hallucination rate"];
}

/// <summary>The tasks that the pipeline knows by name. A descriptor may name another one and bring its own wording.</summary>
public static class TaskCatalog
{
    public static IReadOnlyList<CreditTask> All { get; } =
    [
        new(
            "credit-scoring", AnswerKind.Choice, "Whether an applicant will repay.",
            "Judge the creditworthiness of the following applicant. Respond with only either {{allowed}}.", ["good", "bad"], "bad"),
        new(
            "fraud-detection", AnswerKind.Choice, "Whether a transaction or application is fraudulent.",
            "Decide whether the following record is fraudulent. Respond with only either {{allowed}}.", ["no", "yes"], "yes"),
        new(
            "financial-distress", AnswerKind.Choice, "Whether a company will fail within the horizon of the data.",
            "Decide from the following figures whether the company will run into financial distress. Respond with only either {{allowed}}.",
            ["no", "yes"], "yes"),
        new(
            "claim-analysis", AnswerKind.Choice, "Whether an insured person will file a claim.",
            "Decide whether the holder of the following policy will file a claim. Respond with only either {{allowed}}.", ["no", "yes"], "yes"),
        new(
            "behaviour-card", AnswerKind.Choice, "Whether a borrower on the books will fall behind, by recent behaviour.",
            "Judge from the following account behaviour whether the borrower will keep up with repayment. Respond with only either {{allowed}}.",
            ["good", "bad"], "bad"),
        new(
            "sentiment", AnswerKind.Choice, "The tone of a text about a company or a borrower.",
            "Name the sentiment of the following text. Respond with only either {{allowed}}.", ["positive", "neutral", "negative"], "negative"),
        new(
            "question-answering", AnswerKind.Text, "A question about a record, answered from the record alone.",
            "Answer the question from the following record alone, in as few words as possible.", [], ""),
        new(
            "auditing", AnswerKind.Text, "Which rules a record breaks.",
            "Audit the following record. Name every rule that it breaks and nothing else.", [], ""),
    ];

    /// <summary>Null for a name that is not in the catalogue.</summary>
    public static CreditTask? Find(string name) => All.FirstOrDefault(task => task.Name == name);

    /// <summary>The wording of a task without its own: the catalogue's where it is answered in that way, else a plain one.</summary>
    public static string Instruction(string task, AnswerKind kind) => Find(task) is { } known && known.Kind == kind
        ? known.Instruction
        : kind == AnswerKind.Choice
            ? "Judge the following case of {{task}}. Respond with only either {{allowed}}."
            : "Work on the following case of {{task}}. Respond in as few words as possible.";
}
