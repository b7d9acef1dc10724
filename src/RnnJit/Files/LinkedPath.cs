namespace RnnJit.Files;

/// <summary>Paths with symbolic links in any part.</summary>
internal static class LinkedPath
{
    // Linux gives up after as many.
    private const int MostLinks = 40;

    /// <summary>The absolute path without links, also of a file that does not exist yet.</summary>
    /// <exception cref="IOException">The links lead in a circle.</exception>
    public static string Resolve(string path)
    {
        string full = Path.GetFullPath(path), found = Path.GetPathRoot(full)!;
        var rest = new Stack<string>(Parts(full[found.Length..]));
        for (int links = 0; rest.TryPop(out string? part);)
        {
            if (part == "..")
            {
                found = Path.GetDirectoryName(found) ?? found;
                continue;
            }

            string next = Path.Combine(found, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                found = next;
                continue;
            }

            if (++links > MostLinks)
                throw new IOException($"'{path}' leads through more than {MostLinks} links");
            if (Path.IsPathRooted(target))
                (found, target) = (Path.GetPathRoot(target)!, target[Path.GetPathRoot(target)!.Length..]);
            foreach (string step in Parts(target))
                rest.Push(step);
        }

        return found;
    }

    /// <summary>True where two paths name one file: they resolve to the same path, or are hard links of the same file.</summary>
    /// <exception cref="IOException">The links of one lead in a circle.</exception>
    public static bool Same(string a, string b)
    {
        StringComparison comparison = OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        return string.Equals(Resolve(a), Resolve(b), comparison)
            || (FileFacts.Of(a)?.Identity is { } identity && FileFacts.Of(b)?.Identity == identity);
    }

    /// <summary>Noun for an irregular file, such as <c>a FIFO</c>, with links followed; null for a regular file and for a path without a
    /// file. Nothing is opened.</summary>
    public static string? Irregular(string path) => FileFacts.Of(path)?.Kind;

    // The last part first, as a stack takes them.
    private static IEnumerable<string> Parts(string path) =>
        path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries)
            .Where(part => part != ".").Reverse();
}
