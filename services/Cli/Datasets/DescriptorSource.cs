using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;

namespace ZiGong.Cli.Datasets;

/// <summary>A descriptor with the text it was read from, which is frozen with a run.</summary>
public sealed record DescriptorSource(DatasetDescriptor Descriptor, string Yaml)
{
    /// <param name="nameOrPath">A shipped name ("german") or the path of a YAML file.</param>
    /// <exception cref="InputException">There is no such name or file, or it is not a valid descriptor.</exception>
    public static DescriptorSource Load(string nameOrPath)
    {
        var descriptor = DescriptorFile.Load(nameOrPath);
        if (!DescriptorFile.Catalog.Contains(nameOrPath, StringComparer.Ordinal))
        {
            return new DescriptorSource(descriptor, File.ReadAllText(nameOrPath));
        }

        using var stream = typeof(DescriptorFile).Assembly.GetManifestResourceStream($"ZiGong.Credit.Descriptors.catalog.{nameOrPath}.yaml")!;
        using var reader = new StreamReader(stream);
        return new DescriptorSource(descriptor, reader.ReadToEnd());
    }
}
