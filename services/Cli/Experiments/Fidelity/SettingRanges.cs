using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using ZiGong.Contracts;
using ZiGong.Influence.Fidelity;

namespace ZiGong.Cli.Experiments.Fidelity;

/// <summary>Meaning and range of each setting, from its attributes.</summary>
internal static class SettingRanges
{
    public static string Meaning(string setting) =>
        typeof(FidelitySettings).GetProperty(setting)!.GetCustomAttribute<DescriptionAttribute>()!.Description;

    /// <exception cref="InputException">A setting is out of its range.</exception>
    public static void Check(FidelitySettings settings)
    {
        foreach (var property in typeof(FidelitySettings).GetProperties())
        {
            if (property.GetCustomAttribute<RangeAttribute>() is { } range && !range.IsValid(property.GetValue(settings)))
            {
                throw new InputException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{property.Name} is {property.GetValue(settings)}, but must lie between {range.Minimum} and {range.Maximum}"));
            }
        }
    }
}
