using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using RnnJit.Gpu.Kernels;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Running;

/// <summary>A device with its context, which stays until the process ends, and the kernels that were loaded there.</summary>
internal sealed class IlgpuDevice : GpuDevice
{
    // A thread of the CPU accelerator is one of the system: few of them, as kernels are right for any number.
    private const int CpuThreads = 2, GpuGroup = 128, GroupsPerMultiprocessor = 16;

    private readonly Dictionary<MethodInfo, Kernel> kernels = [];

    private IlgpuDevice(Context context, Accelerator accelerator, bool callsKernels = false)
        : base(IsCpu(accelerator) ? CpuThreads : Math.Min(GpuGroup, accelerator.MaxNumThreadsPerGroup),
            IsCpu(accelerator) ? 1 : accelerator.NumMultiprocessors * GroupsPerMultiprocessor) =>
        (Context, Accelerator, CallsKernels) = (context, accelerator, callsKernels);

    public Context Context { get; }

    public Accelerator Accelerator { get; }

    /// <summary>True where the threads of a launch are calls in the calling thread, one after the other: a launch of ILGPU's CPU
    /// accelerator wakes threads, which takes 0.1 ms on an idle machine and 10 ms on a busy one. Kernels without barriers cannot
    /// tell.</summary>
    public bool CallsKernels { get; }

    public override long MemorySize => IsCpu(Accelerator) ? base.MemorySize : Accelerator.MemorySize;

    /// <summary>A kernel compiled for this device; each once.</summary>
    public Kernel Load(MethodInfo method)
    {
        lock (kernels)
        {
            if (!kernels.TryGetValue(method, out Kernel? kernel))
                kernels[method] = kernel = Accelerator.LoadKernel(method);
            return kernel;
        }
    }

    public override DeviceMemory Allocate<T>(long bytes, long[] table, int checks, IReadOnlyDictionary<PlanBuffer, Tensor> inputs) =>
        new IlgpuMemory<T>(this, bytes, table, checks, inputs);

    /// <summary>As many columns as keep all threads busy on the CPU, else one.</summary>
    public override int Span(int rows, int columns)
    {
        int parts = (MostThreads + rows - 1) / Math.Max(rows, 1);
        return IsCpu(Accelerator) ? Math.Max(1, (columns + parts - 1) / parts) : base.Span(rows, columns);
    }

    /// <param name="launches">True to launch on threads of ILGPU's accelerator, false to call kernels.</param>
    public static IlgpuDevice OpenCpu(bool launches)
    {
        Context context = Open(builder => builder.CPU(new CPUDevice(CpuThreads, 1, 1)));
        return new IlgpuDevice(context, context.GetCPUDevice(0).CreateCPUAccelerator(context, CPUAcceleratorMode.Parallel),
            callsKernels: !launches);
    }

    public static IlgpuDevice OpenCuda(int index) => Open(builder => builder.Cuda(), AcceleratorType.Cuda, index);

    public static IlgpuDevice OpenOpenCl(int index) => Open(builder => builder.OpenCL(), AcceleratorType.OpenCL, index);

    /// <summary>Devices of a kind; 0 where its driver is missing.</summary>
    public static int Count(AcceleratorType kind)
    {
        try
        {
            using Context context = Context.Create(builder => _ = kind == AcceleratorType.Cuda ? builder.Cuda() : builder.OpenCL());
            return context.Devices.Count(device => device.AcceleratorType == kind);
        }
        catch (Exception missing) when (missing is DllNotFoundException or NotSupportedException or TypeInitializationException
            or EntryPointNotFoundException or AcceleratorException)
        {
            return 0;
        }
    }

    private static bool IsCpu(Accelerator accelerator) => accelerator.AcceleratorType == AcceleratorType.CPU;

    private static IlgpuDevice Open(Action<Context.Builder> add, AcceleratorType kind, int index)
    {
        Context context = Open(add);
        return new IlgpuDevice(context,
            context.Devices.Where(device => device.AcceleratorType == kind).ElementAt(index).CreateAccelerator(context));
    }

    // O2 is what inlines the functions of kernels.
    private static Context Open(Action<Context.Builder> add) => Context.Create(builder =>
    {
        builder.EnableAlgorithms().Optimize(OptimizationLevel.O2).Profiling();
        DeviceIntrinsics.Register(builder);
        add(builder);
    });
}
