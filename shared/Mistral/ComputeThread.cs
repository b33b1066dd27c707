using TorchSharp;
using ZiGong.Contracts;

namespace ZiGong.Mistral;

/// <summary>
/// The one way in which threads compute models: everything of this project that does enters here first, so that a result does
/// not depend on what its thread did before. libtorch uses no further threads, since workers take the cores, and numbers too small to be
/// normal are zero (<see cref="Denormals"/>).
/// </summary>
public static class ComputeThread
{
    [ThreadStatic]
    private static bool _isSingle;

    /// <summary>Until the scope ends; it must not last over an await. Scopes inside each other cost little.</summary>
    public static Denormals.Scope Enter()
    {
        if (!_isSingle)
        {
            torch.set_num_threads(1); // holds for the thread that says it
            _isSingle = true;
        }

        return Denormals.Flush();
    }
}
