using Spectre.Console;

namespace ZiGong.Cli.Terminal;

/// <summary>One line that says how far something is: written over on a terminal, every few seconds anew elsewhere.</summary>
public sealed class StatusLine(Screen screen, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private long _last = time.GetTimestamp();
    private bool _shown;

    public void Show(string text)
    {
        if (screen.Live)
        {
            screen.Console.Write(new ControlCode("\r\u001b[K"));
            screen.Console.Write(new Text(PlainText.Of(text), new Style(decoration: Decoration.Dim)));
            _shown = true;
        }
        else if (time.GetElapsedTime(_last) >= Every)
        {
            _last = time.GetTimestamp();
            screen.Note(text);
        }
    }

    /// <summary>Leaves no trace on a terminal.</summary>
    public void Clear()
    {
        if (_shown)
        {
            screen.Console.Write(new ControlCode("\r\u001b[K"));
            _shown = false;
        }
    }
}
