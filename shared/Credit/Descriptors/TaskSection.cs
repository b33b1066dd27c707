namespace ZiGong.Credit.Descriptors;

/// <summary>The <c>more_tasks</c> section of a descriptor: further questions about the same rows.</summary>
internal static class TaskSection
{
    public static IReadOnlyList<YamlMap> Maps(YamlMap root) => root.Maps("more_tasks", "task", "answer", "instruction", "weight");

    public static TaskDescriptor Read(YamlMap map) =>
        new(map.Text("task"), AnswerSection.Read(map), map.OptionalText("instruction"), map.Number("weight"));

    public static void Check(DatasetDescriptor descriptor, YamlMap root)
    {
        if (descriptor.MoreTasks.Count > 0 && descriptor.Windows.Count > 0)
        {
            throw root.Fault("more_tasks", "does not go with a 'panel', whose windows each have a label of their own");
        }

        var names = new HashSet<string>(StringComparer.Ordinal) { descriptor.Task };
        foreach (var (map, task) in Maps(root).Zip(descriptor.MoreTasks))
        {
            if (!names.Add(task.Task))
            {
                throw map.Fault("task", $"is '{task.Task}', which is there already: a task is asked once");
            }

            if (task.Weight <= 0)
            {
                throw map.Fault("weight", "must be above 0");
            }

            AnswerSection.Check(descriptor.Of(task.Task), map);
        }
    }
}
