using System.Reflection;

namespace RnnJit.Cli.Peers;

/// <summary>The scripts of bench/peers, which are embedded at build, as files of a folder that lives as long as this.</summary>
internal sealed class PeerScripts : IDisposable
{
    private const string Prefix = "peers/";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rnnjit-peers");

    public PeerScripts()
    {
        Assembly assembly = typeof(PeerScripts).Assembly;
        foreach (string name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using Stream from = assembly.GetManifestResourceStream(name)!;
            using FileStream to = System.IO.File.Create(File(name[Prefix.Length..]));
            from.CopyTo(to);
        }
    }

    public string File(string name) => Path.Combine(folder.FullName, name);

    public void Dispose() => folder.Delete(recursive: true);
}
