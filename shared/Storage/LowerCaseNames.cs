using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using ZiGong.Contracts;

namespace ZiGong.Storage;

/// <summary>Keeps an enum under the lower-case names of its members.</summary>
internal sealed class LowerCaseNames<T>() : ValueConverter<T, string>(value => value.Stored(), name => Enum.Parse<T>(name, true))
    where T : struct, Enum;
