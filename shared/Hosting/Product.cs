namespace ZiGong.Hosting;

/// <summary>The release that all services share.</summary>
public static class Product
{
    public const string Version = "0.1.0";
}
