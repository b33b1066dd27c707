using ZiGong.TorchLibrary;

// Called by the build on every libLibTorchSharp.so that it copied: see Directory.Build.targets.
var failed = false;
foreach (var file in args)
{
    try
    {
        NativeLibraryFile.Prepare(file, StandardLibrary.Find());
    }
    catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
    {
        // MSBuild takes a line of this form for an error of its own.
        await Console.Error.WriteLineAsync($"{file} : error : {e.Message}");
        failed = true;
    }
}

return failed ? 1 : 0;
