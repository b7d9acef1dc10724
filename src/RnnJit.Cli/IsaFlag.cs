using RnnJit.Cpu;
using System.CommandLine;
using System.Diagnostics;
using System.Runtime.Intrinsics;

namespace RnnJit.Cli;

/// <summary><c>--isa</c>: narrower vectors than the machine has. .NET decides about them when a process starts, so the
/// command is started once more.</summary>
internal static class IsaFlag
{
    // Switches of .NET 8 and later, https://learn.microsoft.com/dotnet/core/runtime-config/hardware-intrinsics;
    // without AVX2 there is no FMA either.
    private static readonly (string Name, int Bits, string[] Off)[] Sets =
        [("avx512", 512, []), ("avx2", 256, ["DOTNET_EnableAVX512", "DOTNET_EnableAVX512F"]),
            ("128", 128, ["DOTNET_EnableAVX512", "DOTNET_EnableAVX512F", "DOTNET_EnableAVX2"])];

    public static Option<string?> Option { get; } = new("--isa")
    {
        Description = $"Use no wider vectors than these: {string.Join(", ", Sets.Select(set => set.Name))} (128 bits, no multiply-add)",
        HelpName = "name",
        Recursive = true,
    };

    /// <summary>True where the command line has <c>--isa</c>.</summary>
    public static bool IsGiven(ParseResult parsed) => parsed.GetValue(Option) is not null;

    /// <summary>The width of vectors that the command line asks for, peers included; 0 where it asks for none.</summary>
    public static int Given(ParseResult parsed) => IsGiven(parsed) ? Bits : 0;

    /// <summary>Width of the vectors that kernels of this process use.</summary>
    public static int Bits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <summary>The widest vectors that the processor has, whatever this process was told to use:
    /// CPUID, leaf 7, AVX512F and AVX2.</summary>
    public static int BitsOfMachine => CpuWidth.Machine;

    /// <summary>Runs the command line in a process with the vectors that it asks for.</summary>
    /// <returns>Its exit code; null where this process has them already.</returns>
    /// <exception cref="UsageException">There is no such set, or not on this machine.</exception>
    public static int? Restart(ParseResult parsed)
    {
        if (parsed.GetValue(Option) is not { } wanted)
            return null;
        if (Array.FindIndex(Sets, set => set.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase)) is not (>= 0 and var found))
            throw new UsageException($"--isa is '{wanted}', wanted {string.Join(", ", Sets.Select(set => set.Name))} (change it)");
        var (_, bits, off) = Sets[found];
        if (Bits < bits)
            throw new UsageException(
                $"--isa is '{wanted}', but this machine or process has vectors of {Bits} bits (choose a narrower one)");
        if (Bits == bits)
            return null;

        return OwnProcess.Run(Again(parsed, off), out _);
    }

    private static ProcessStartInfo Again(ParseResult parsed, string[] off)
    {
        ProcessStartInfo start = OwnProcess.Start();
        foreach (string token in parsed.Tokens.Select(token => token.Value))
            start.ArgumentList.Add(token);
        foreach (string variable in off)
            start.Environment[variable] = "0";
        return start;
    }
}
