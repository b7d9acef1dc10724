using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu;

/// <summary>The vector width, in bits, that this processor runs best: 512, 256 or 128.</summary>
internal static class CpuWidth
{
    private static int width = Hardware;

    /// <summary>The widest vectors with hardware support.</summary>
    public static int Hardware
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
    }

    /// <summary>The switch of a project, <c>RnnJitWarnVectors</c>, that silences the warning of narrow vectors.</summary>
    public const string WarnSwitch = "RnnJit.WarnVectors";

    /// <summary>The widest vectors that the processor has, whatever this process was compiled for or told to use:
    /// CPUID, leaf 7, AVX512F and AVX2, and leaf 1, OSXSAVE: the system saves wide registers.</summary>
    public static int Machine => !X86Base.IsSupported || (X86Base.CpuId(1, 0).Ecx & (1 << 27)) == 0 ? Hardware
        : Math.Max(Hardware, X86Base.CpuId(7, 0).Ebx switch
        {
            var features when (features & (1 << 16)) != 0 => 512,
            var features when (features & (1 << 5)) != 0 => 256,
            _ => 128,
        });

    /// <summary>True where products use a fused multiply-add instruction.</summary>
    public static bool HasFma => Scalar32.HasFma;

    // CPUID, leaf 1: FMA3. Other processors have it or not, whatever a process was told.
    private static bool MachineHasFma => HasFma || (X86Base.IsSupported && (X86Base.CpuId(1, 0).Ecx & (1 << 12)) != 0);

    /// <summary>
    /// The warning that a program compiled ahead of time uses narrower vectors than the processor has, or that products run without fused
    /// multiply-add; null otherwise. Under a JIT narrow vectors are the user's choice, without a warning.
    /// </summary>
    public static SlowPath? Slow => Choose(RuntimeFeature.IsDynamicCodeCompiled, WarnsOfVectors, Narrow(Hardware, Machine),
        Unfused(HasFma, MachineHasFma));

    /// <summary>The warning of a process that a JIT compiles, which variables of the environment may hold back, or of one that was compiled
    /// ahead of time, whose project has an instruction set, with fused multiply-add from 256 bits on.</summary>
    internal static SlowPath? Choose(bool isJit, bool warnsOfVectors, string? narrow, string? unfused) => isJit
        ? unfused is null ? null : new SlowPath("RNNJ225", "", unfused)
        : warnsOfVectors && narrow is not null ? new SlowPath("RNNJ221", "", narrow) : null;

    /// <summary>The sentence on products without fused multiply-add where the processor has it; else null.</summary>
    internal static string? Unfused(bool used, bool machine) => used || !machine ? null
        : "This process runs without fused multiply-add although the processor has it, so that products are slower and round twice "
            + "(unset DOTNET_EnableAVX2, DOTNET_EnableFMA and DOTNET_EnableHWIntrinsic)";

    /// <summary>The sentence on vectors that are narrower than the processor's; else null.</summary>
    internal static string? Narrow(int compiled, int machine) => machine <= compiled ? null
        : $"This program was compiled for vectors of {compiled} bits but the processor has {machine}, "
            + $"up to {Gain(compiled, machine)} times as fast (set <IlcInstructionSet> to x86-64-v3, x86-64-v4 or native in the project "
            + "that is published, or <RnnJitWarnVectors> to false)";

    private static bool WarnsOfVectors => !AppContext.TryGetSwitch(WarnSwitch, out bool warns) || warns;

    // Below 256 bits there is no fused multiply-add either. Measured: docs/decisions/native-aot.md.
    private static int Gain(int compiled, int machine) => compiled > 128 ? 2 : machine > 256 ? 6 : 3;

    /// <summary>The width in use. A test may set another under a JIT; one without hardware support is composed of narrower vectors: slow,
    /// with the same results. In a program compiled ahead of time it is a constant, and kernels of other widths are left out.</summary>
    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => RuntimeFeature.IsDynamicCodeSupported ? width : Hardware;
        set => width = value is 128 or 256 or 512
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), $"A vector has 128, 256 or 512 bits, not {value}.");
    }
}
