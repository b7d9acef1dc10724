using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Text.Json;
using RnnJit.Jit;
using RnnJit.Runtime;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit doctor</c>: what this machine offers to kernels.</summary>
internal static class DoctorCommand
{
    public static Command Create(Terminal terminal)
    {
        var clear = new Option<bool>("--clear-kernel-cache") { Description = "Remove the kernels that are kept for later runs" };
        var command = new Command("doctor", "Print what this machine offers: instruction sets, cores, compiler") { clear };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(clear))
            {
                CommonOptions.RequireAbsent(parsed, clear.Name, CommonOptions.Json);
                return Clear(terminal);
            }

            (string Name, string Value)[] facts = Facts().ToArray();
            if (parsed.GetValue(CommonOptions.Json))
                terminal.Out.WriteLine(JsonSerializer.Serialize(facts.ToDictionary(fact => fact.Name, fact => fact.Value)));
            else
                Array.ForEach(facts, fact => terminal.Out.WriteLine($"{fact.Name,-18} {fact.Value}"));
            return ExitCode.Success;
        });
        return command;
    }

    private static int Clear(Terminal terminal)
    {
        if (JitKernels.Cache is not { } cache)
            throw new UsageException($"There is no kernel cache to clear (name it: {CommonOptions.KernelCache.Name} FOLDER)");
        terminal.Out.WriteLine($"{cache.Clear()} kernels removed from '{cache.Folder}'");
        return ExitCode.Success;
    }

    private static IEnumerable<(string Name, string Value)> Facts()
    {
        yield return ("version", typeof(DoctorCommand).Assembly.GetName().Version!.ToString(3));
        yield return ("runtime", RuntimeInformation.FrameworkDescription);
        yield return ("system", $"{RuntimeInformation.OSDescription} {RuntimeInformation.ProcessArchitecture}");
        yield return ("cores", Environment.ProcessorCount.ToString());
        yield return ("memory", $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20} MB");
        yield return ("instruction sets", string.Join(" ", InstructionSets().DefaultIfEmpty("none")));
        yield return ("vectors", $"{Width()} bits, {(Fma.IsSupported || AdvSimd.IsSupported ? "with" : "without")} fused multiply-add");
        yield return ("processor",
            $"vectors of {IsaFlag.BitsOfMachine} bits"
                + (Width() < IsaFlag.BitsOfMachine ? " (narrower ones are in use: see DOTNET_EnableAVX512 and DOTNET_EnableAVX2)" : ""));
        yield return ("JIT", RuntimeFeature.IsDynamicCodeCompiled
            ? "yes (cells are compiled in memory)"
            : "no (only kernels compiled at build time are fast)");
        yield return ("kernel cache", Describe(JitKernels.Cache));
        yield return ("devices", string.Join(", ", BackendRegistry.Names));
    }

    private static string Describe(KernelCache? cache) =>
        cache is null ? $"off ({CommonOptions.KernelCache.Name} FOLDER or {KernelCache.Variable} names one)"
        : cache.Fault is { } fault ? $"{cache.Folder} is not used: {fault}"
        : $"{cache.Folder}: {cache.Files} kernels, {cache.Bytes:N0} bytes";

    private static IEnumerable<string> InstructionSets() => new (string Name, bool Is)[]
    {
        ("AVX512F", Avx512F.IsSupported), ("AVX512BW",
            Avx512BW.IsSupported), ("AVX2", Avx2.IsSupported), ("FMA", Fma.IsSupported), ("AVX", Avx.IsSupported),
        ("SSE4.2", Sse42.IsSupported), ("AdvSimd", AdvSimd.IsSupported),
    }.Where(set => set.Is).Select(set => set.Name);

    private static int Width() =>
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 64;
}
