using Microsoft.Extensions.Logging;
using RnnJit.Files;
using RnnJit.Jit.Caching;

namespace RnnJit.Jit;

/// <summary>
/// Compiled kernels in a folder, so that a later process need not compile them again. The files are code: a file is loaded only if its
/// hash fits and if, on Unix, folder and file belong to this user and nobody else may read or write them. An invalid file is reported in
/// one sentence and its kernel compiled anew. Safe for several threads and processes.
/// </summary>
public sealed class KernelCache
{
    /// <summary>The environment variable that names the folder.</summary>
    public const string Variable = "RNNJIT_KERNEL_CACHE";

    private const string Extension = ".kernel", Refused = "RNNJ223";
    private const UnixFileMode OwnFolder = OwnFile | UnixFileMode.UserExecute, OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Action<string> report;
    private readonly Lazy<bool> usable;
    private int hits;
    private volatile bool full;

    /// <param name="folder">Is made at first use if it is not there.</param>
    /// <param name="logger">Takes RNNJ223 for whatever is refused or cannot be written; null: <see cref="Warnings.Logger"/> does, each
    /// once.</param>
    /// <exception cref="ArgumentException">The name of the folder is empty.</exception>
    public KernelCache(string folder, ILogger? logger = null)
    {
        if (string.IsNullOrWhiteSpace(folder))
            throw new ArgumentException("The folder of the kernel cache is '', wanted a path (name a folder of your own)", nameof(folder));
        Folder = Path.GetFullPath(folder);
        report = logger is null
            ? sentence => Warnings.Once(Refused, sentence, sentence)
            : sentence => WarningLog.Write(logger, Refused, sentence);
        usable = new Lazy<bool>(Open);
    }

    public string Folder { get; }

    /// <summary>Kernels found so far.</summary>
    public int Hits => hits;

    /// <summary>The kernels there.</summary>
    public int Files => Names().Count();

    /// <summary>Bytes of the kernels there.</summary>
    public long Bytes => Names().Sum(name => new FileInfo(name).Length);

    /// <summary>The reason why the folder is not used; null if there is none, or if the folder does not exist yet.</summary>
    public string? Fault => Directory.Exists(Folder) ? OwnerOnly.Fault(Folder) : null;

    /// <summary>The folder that the environment names; null if it names none.</summary>
    public static KernelCache? FromEnvironment(ILogger? logger = null) =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? new KernelCache(folder, logger) : null;

    /// <summary>Removes all kernels, and nothing else.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="IOException">One could not be removed.</exception>
    public int Clear()
    {
        try
        {
            string[] names = Names().ToArray();
            Array.ForEach(names, File.Delete);
            return names.Length;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(
                $"The kernel cache '{Folder}' could not be cleared: {e.Message.TrimEnd('.')} (clear it as the user who filled it)", e);
        }
    }

    /// <summary>A kernel's assembly, or null.</summary>
    internal byte[]? Read(KernelKey key)
    {
        string path = PathOf(key);
        if (!usable.Value)
            return null;

        try
        {
            // The file that was checked is the file that is read: both by its handle.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            string? fault = OwnerOnly.Fault(file.SafeFileHandle);
            byte[]? image = fault is null ? KernelFile.Read(file, key, out fault) : null;
            if (image is null)
                report($"The compiled kernel '{path}' is not loaded: {fault} (it is compiled anew)");
            else
                Interlocked.Increment(ref hits);
            return image;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            report($"The compiled kernel '{path}' is not loaded: {e.Message.TrimEnd('.')} (it is compiled anew)");
            return null;
        }
    }

    /// <summary>Keeps a kernel's assembly, if it can be kept.</summary>
    internal void Write(KernelKey key, byte[] image)
    {
        if (!usable.Value || full)
            return;

        try
        {
            AtomicFile.Write(PathOf(key), stream => KernelFile.Write(stream, key, image), OwnFile);
        }
        catch (IOException e)
        {
            full = true;
            report($"The kernel cache takes no more: {e.Message}");
        }
    }

    private string PathOf(KernelKey key) => Path.Combine(Folder, key + Extension);

    // Also what a process that was killed while writing left.
    private IEnumerable<string> Names() => Directory.Exists(Folder)
        ? Directory.EnumerateFiles(Folder).Where(path => KernelKey.IsStartOf(Path.GetFileName(path), Extension))
        : [];

    private bool Open()
    {
        string? fault;
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(Folder);
            else
                Directory.CreateDirectory(Folder, OwnFolder);
            fault = Fault;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            fault = $"{e.Message.TrimEnd('.')} (choose another folder)";
        }

        if (fault is not null)
            report($"The kernel cache '{Folder}' is not used: {fault}");
        return fault is null;
    }
}
