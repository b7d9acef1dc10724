using RnnJit.Networks;

namespace RnnJit.Cli.Converting;

/// <summary>The words of the options of <c>convert</c>.</summary>
internal static class LibraryName
{
    public static string Of(Library library) => library.ToString().ToLowerInvariant();

    /// <summary>The library to write for, as an option or the name of the file says.</summary>
    /// <exception cref="UsageException">There is no such library, or nothing would be changed.</exception>
    public static Library Target(string? asked, string option, Library from, string output)
    {
        bool isNpz = HasExtension(output, ".npz");
        Library target = asked is null ? isNpz ? Library.Keras : from == Library.RnnJit ? Library.PyTorch : Library.RnnJit
            : Enum.GetValues<Library>().Where(library => Of(library).Equals(asked, StringComparison.OrdinalIgnoreCase))
                .ToArray() is [var one]
                ? one
                : throw new UsageException($"{option} is '{asked}', wanted rnnjit, pytorch or keras (change it)");
        return target != from ? target : throw new UsageException(
            $"{option} {Of(target)} would write what was read (name another library by {option})");
    }

    /// <exception cref="UsageException">The name of the file is that of a format that is not written for the library.</exception>
    public static void RequireFile(Library target, string output)
    {
        string[] wanted = target == Library.Keras ? [".npz", ".safetensors"] : [".safetensors"];
        if (!wanted.Any(extension => HasExtension(output, extension)))
            throw new UsageException(
                $"'{output}' is to hold weights for {Of(target)}, wanted a name that ends in {string.Join(" or ", wanted)} (change it)");
    }

    /// <exception cref="UsageException">There is no such function.</exception>
    public static Nonlinearity Nonlinearity(string asked, string option) => asked.ToLowerInvariant() switch
    {
        "tanh" => Networks.Nonlinearity.Tanh,
        "relu" => Networks.Nonlinearity.Relu,
        _ => throw new UsageException($"{option} is '{asked}', wanted tanh or relu (change it)"),
    };

    private static bool HasExtension(string path, string extension) =>
        Path.GetExtension(path).Equals(extension, StringComparison.OrdinalIgnoreCase);
}
