using System.Globalization;
using System.Text;
using Shouldly;
using Xunit;
using ZiGong.Credit.Subjects;

namespace ZiGong.UnitTests.Credit.Subjects;

/// <summary>Against Python's unicodedata (Unicode 14) over random texts of letters, marks and syllables.</summary>
public sealed class ComposedTextTests
{
    [Theory]
    [InlineData("2F866 333 30A", "5A66 333 30A")]
    [InlineData("73 323 307 8103 452B 313", "1E69 8103 452B 313")]
    [InlineData("48 302 1E05 3B7 314 342 345", "124 1E05 1F97")]
    [InlineData("649D 22844 342 335", "649D 22844 335 342")]
    [InlineData("6F 302 300 1F66 1ECB", "1ED3 1F66 1ECB")]
    [InlineData("6F 303 301", "1E4D")]
    [InlineData("1110 1163 11AC 30D 3099 391 314 345 305", "D0FD 3099 30D 1F89 305")]
    [InlineData("1108 1167 11B2", "BF13")]
    [InlineData("1110 1166", "D14C")]
    [InlineData("110F 1168 11B3 340 31F 9E7F 1E92 30F 332", "CF44 31F 300 9E7F 1E92 332 30F")]
    [InlineData("30D2 3099 309 31B 50 307", "30D3 31B 309 1E56")]
    [InlineData("11347 11357 7A 323 31C 30C 8DF0", "1134C 1E93 31C 30C 8DF0")]
    [InlineData("1F01 341 333 397 314 300 345 328 11347 1133E", "1F05 333 1F9B 328 1134B")]
    [InlineData("24263 1111 1166 11AC 341", "24263 D39D 301")]
    [InlineData("22B4 338", "22EC")]
    [InlineData("6F 31B", "1A1")]
    [InlineData("2F8D2 333 1102 1173 11AF 329 30B", "5192 333 B298 329 30B")]
    [InlineData("3C9 313 342 309 322 A5B 30A", "1F66 322 309 A1C A3C 30A")]
    [InlineData("3AE 30F 6756 322 310 30BB 3099", "3AE 30F 6756 322 310 30BC")]
    [InlineData("3A5 314 300", "1F5B")]
    [InlineData("110C 1169 11BC 4CF8", "C885 4CF8")]
    [InlineData("65 307 304 1101 116D 11C1", "117 304 AFB6")]
    [InlineData("7570 23CBC 5B0 332 FA05", "7570 23CBC 5B0 332 6D1E")]
    [InlineData("41 309 32C 306", "1EA2 32C 306")]
    [InlineData("52DE 314 307", "52DE 314 307")]
    [InlineData("F99B C6 304 317 314", "934A 1E2 317 314")]
    [InlineData("7D2F 32A C579 31F", "7D2F 32A C579 31F")]
    [InlineData("3C9 314 301 930 93C 323 340", "1F65 931 323 300")]
    [InlineData("110E 1174 11B6 B21 B3C 6F 30C 302 326", "CE4B B21 B3C 1D2 326 302")]
    [InlineData("916 93C 5606 33F", "916 93C 5606 33F")]
    [InlineData("41 323 306 B53B 340 311 AF17", "1EB6 B53B 300 311 AF17")]
    [InlineData("304B 3099 57 301 30D 4039", "304C 1E82 30D 4039")]
    [InlineData("1107 1174 11B5 49 302 308 340 CC8", "BE36 CE 308 300 CC8")]
    [InlineData("F921 3077 7DC7 330 309", "5D50 3077 7DC7 330 309")]
    [InlineData("F9B1 3C9 313 342 345", "9234 1FA6")]
    [InlineData("6717 311 4F 307 304 322 30C 911B 342", "6717 311 230 322 30C 911B 342")]
    [InlineData("114 33A", "114 33A")]
    [InlineData("2F941 331 3C5 304 41 302 303 32E", "250F3 331 1FE1 1EAA 32E")]
    [InlineData("1101 116E 11B7 30E", "AFC8 30E")]
    [InlineData("4BCE 332 303 958B 333 326 2F8B9 330", "4BCE 332 303 958B 333 326 633D 330")]
    public void Texts_are_composed_as_an_independent_implementation_composes_them(string points, string composed)
    {
        PointsOf(ComposedText.Of(TextOf(points))).ShouldBe(composed);
        PointsOf(ComposedText.Of(TextOf(composed))).ShouldBe(composed, "a composed text stays");
    }

    [Fact]
    public void A_text_without_marks_is_the_very_same() => ComposedText.Of("KD-4711 Grün").ShouldBeSameAs(ComposedText.Of("KD-4711 Grün"));

    private static string TextOf(string points) =>
        string.Concat(points.Split(' ').Select(p => new Rune(int.Parse(p, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToString()));

    private static string PointsOf(string text) => string.Join(' ', text.EnumerateRunes().Select(r => r.Value.ToString("X", CultureInfo.InvariantCulture)));
}
