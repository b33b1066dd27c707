using System.Globalization;

namespace ZiGong.Credit.Subjects;

/// <summary>A subject's pool for life: a fixed function of its hash, 80 % train, 10 % reference, 10 % test.</summary>
public static class PoolAssignment
{
    /// <param name="subjectHash">As <see cref="SubjectHasher.Hash"/> gives it: at least 8 hex digits.</param>
    public static Pool Of(string subjectHash)
    {
        // The first 32 bits of the hash as a fraction of 2^32, cut at .8 and .9; never change this.
        var fraction = uint.Parse(subjectHash.AsSpan(0, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) / 4294967296.0;
        return fraction < 0.8 ? Pool.Train : fraction < 0.9 ? Pool.Reference : Pool.Test;
    }
}
