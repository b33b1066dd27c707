using System.Text;
using System.Xml.Linq;
using Shouldly;
using Xunit;
using ZiGong.Testing;
using ZiGong.TorchLibrary;
using ZiGong.UnitTests.Mistral;

namespace ZiGong.UnitTests.Infra;

/// <summary>The native part of TorchSharp on systems whose C++ standard library is older than it asks for.</summary>
public sealed class TorchLibraryTests : IDisposable
{
    private static readonly StandardLibrary Old = new("/lib/old.so", version => version != NativeLibraryFile.Version);
    private static readonly StandardLibrary New = new("/lib/new.so", _ => true);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_copy_differs_from_the_packages_file_in_one_flag()
    {
        var packaged = Packaged();
        var relaxed = NativeLibraryFile.Relax(packaged);

        packaged.Zip(relaxed).Count(pair => pair.First != pair.Second).ShouldBe(1);
        NativeLibraryFile.StateOf(NativeLibraryFile.HashOf(packaged), hasVersion: false).ShouldBe(LibraryState.Refused);
        NativeLibraryFile.StateOf(NativeLibraryFile.HashOf(relaxed), hasVersion: false).ShouldBe(LibraryState.Relaxed);
    }

    [Fact]
    public void No_relocation_takes_a_symbol_of_the_version_that_is_dropped_and_many_take_others()
    {
        var packaged = Packaged();
        VersionNeeds.Uses(packaged, VersionNeeds.Find(packaged, NativeLibraryFile.Version)!.Value.Index).ShouldBe(0);
        VersionNeeds.Uses(packaged, VersionNeeds.Find(packaged, "GLIBCXX_3.4")!.Value.Index).ShouldBeGreaterThan(0);
        VersionNeeds.Find(packaged, "GLIBCXX_9.9").ShouldBeNull();
    }

    [Fact]
    public void The_file_is_replaced_and_what_it_was_a_hard_link_to_stays()
    {
        var (package, file) = (_folder.File("package.so"), _folder.File("copy.so"));
        File.WriteAllBytes(package, Packaged());
        Shell.Run("ln", [package, file]);
        var time = File.GetLastWriteTimeUtc(file);

        NativeLibraryFile.Prepare(file, Old).ShouldBe(LibraryState.Relaxed);

        NativeLibraryFile.StateOf(file, Old).ShouldBe(LibraryState.Relaxed);
        NativeLibraryFile.StateOf(package, Old).ShouldBe(LibraryState.Refused, "the package's own file");
        File.GetLastWriteTimeUtc(file).ShouldBe(time, "or every build would copy it again");
        NativeLibraryFile.Prepare(file, Old).ShouldBe(LibraryState.Relaxed, "a second time nothing is left to do");
    }

    [Fact]
    public void Where_the_library_loads_as_it_is_nothing_is_touched()
    {
        var file = _folder.File("copy.so");
        File.WriteAllBytes(file, Packaged());
        foreach (var library in new[] { New, null })
        {
            NativeLibraryFile.Prepare(file, library).ShouldBe(LibraryState.AsPackaged);
        }

        File.ReadAllBytes(file).ShouldBe(Packaged());
    }

    [Fact]
    public void A_file_that_is_not_the_known_one_is_refused_with_what_to_do()
    {
        var file = _folder.File("copy.so");
        File.WriteAllText(file, "another library");

        var refusal = Should.Throw<InvalidDataException>(() => NativeLibraryFile.Prepare(file, Old)).Message;

        refusal.ShouldContain(NativeLibraryFile.Package);
        refusal.ShouldContain("/lib/old.so lacks GLIBCXX_3.4.32");
        refusal.ShouldContain("Debian 13");
        File.ReadAllText(file).ShouldBe("another library");
        NativeLibraryFile.Prepare(file, New).ShouldBe(LibraryState.AsPackaged, "where it may load, it is left alone");
    }

    [Fact]
    public void A_version_is_there_only_by_its_whole_name()
    {
        var library = Encoding.ASCII.GetBytes("\0GLIBCXX_3.4.30\0GLIBCXX_3.4.3\0");
        StandardLibrary.Defines(library, "GLIBCXX_3.4.30").ShouldBeTrue();
        StandardLibrary.Defines(library, "GLIBCXX_3.4").ShouldBeFalse();
        StandardLibrary.Defines(library, NativeLibraryFile.Version).ShouldBeFalse();
    }

    [Fact]
    public void This_machines_standard_library_is_found_and_the_tests_run_on_a_file_that_loads_with_it()
    {
        StandardLibrary.Find()!.Has("GLIBCXX_3.4").ShouldBeTrue();
        NativeLibraryFile.Beside(AppContext.BaseDirectory).ShouldBeOneOf(LibraryState.AsPackaged, LibraryState.Relaxed);
    }

    [Fact]
    public void The_known_file_is_of_the_version_that_is_referred_to()
    {
        var versions = XDocument.Load(Path.Combine(Checkout.Root, "Directory.Packages.props")).Descendants("PackageVersion");
        var version = versions.Single(v => v.Attribute("Include")!.Value == "TorchSharp").Attribute("Version")!.Value;
        NativeLibraryFile.Package.ShouldBe($"TorchSharp {version}");
    }

    /// <summary>The package's file, whichever of the two lies beside the tests.</summary>
    private static byte[] Packaged()
    {
        var library = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", NativeLibraryFile.Name));
        library[VersionNeeds.Find(library, NativeLibraryFile.Version)!.Value.FlagsAt] = 0;
        return library;
    }
}
