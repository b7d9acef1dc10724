using RnnJit.Cells;
using RnnJit.Contracts;
using RnnJit.Ir;
using RnnJit.Jit.Tests.RandomPrograms;
using RnnJit.Kernels;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Contracts;

/// <summary>The CPU, on kernels compiled in memory.</summary>
public class CpuContract : BackendContract
{
    internal static ContractBackend Cpu { get; } = new(BackendRegistry.Of(Device.Cpu),
        new ExecutableOptions { Kernels = TestKernels.Chain })
    {
        Runs = [(1, ElementType.F32), (2, ElementType.F64)], Compile = kernels => JitKernelProvider.Simd.Prepare(kernels),
    };

    protected override ContractBackend Backend => Cpu;

    protected override int RandomPrograms => 20;
}

/// <summary>
/// The CPU on scalar kernels, each access of which is checked: plans are those of <see cref="CpuContract"/>, so some cells stand for all.
/// </summary>
[CellSample(typeof(Elman), typeof(Lstm), typeof(GruResetAfter), typeof(LstmLayerNorm), typeof(SLstm), typeof(LuongDecoder))]
public class ScalarContract : BackendContract
{
    protected override ContractBackend Backend { get; } = new(
        BackendRegistry.Of(Device.Scalar), new ExecutableOptions
        {
            Device = Device.Scalar,
            Kernels = new KernelChain(JitKernelProvider.Checked, new InterpretedKernelProvider())
        })
    {
        Runs = [(1, ElementType.F32)], Compile = kernels => JitKernelProvider.Checked.Prepare(kernels),
    };

    protected override int RandomPrograms => 10;
}

/// <summary>Plans, run by the plan interpreter.</summary>
public class PlanContract : BackendContract
{
    protected override ContractBackend Backend { get; } = new(new PlanInterpreterBackend(), new ExecutableOptions { Threads = 1 })
    {
        Runs = [(1, ElementType.F64)], Compiles = false,
    };

    protected override int RandomPrograms => 300;
}
