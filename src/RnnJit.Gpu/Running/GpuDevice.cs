using System.Reflection;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using RnnJit.Gpu.Kernels;
using RnnJit.Ir;

namespace RnnJit.Gpu.Running;

/// <summary>A device with its context, which stays until the process ends, and the kernels that were loaded there.</summary>
internal sealed class GpuDevice
{
    // A thread of the CPU accelerator is one of the system: few of them, as kernels are right for any number.
    private const int CpuThreads = 2, GpuGroup = 128, GroupsPerMultiprocessor = 16;

    private readonly Dictionary<MethodInfo, Kernel> kernels = [];

    private GpuDevice(Context context, Accelerator accelerator, bool callsKernels = false)
    {
        CallsKernels = callsKernels;
        (Context, Accelerator) = (context, accelerator);
        IsCpu = accelerator.AcceleratorType == AcceleratorType.CPU;
        GroupSize = IsCpu ? CpuThreads : Math.Min(GpuGroup, accelerator.MaxNumThreadsPerGroup);
        MostGroups = IsCpu ? 1 : accelerator.NumMultiprocessors * GroupsPerMultiprocessor;
    }

    public Context Context { get; }

    public Accelerator Accelerator { get; }

    /// <summary>True for ILGPU's accelerator on the threads of this process.</summary>
    public bool IsCpu { get; }

    /// <summary>True where the threads of a launch are calls in the calling thread, one after the other: a launch of ILGPU's CPU
    /// accelerator wakes threads, which takes
    /// 0.1 ms on an idle machine and 10 ms on a busy one. Kernels without barriers cannot tell.</summary>
    public bool CallsKernels { get; }

    public int GroupSize { get; }

    public int MostGroups { get; }

    public int MostThreads => GroupSize * MostGroups;

    /// <summary>One run at a time.</summary>
    public Lock Running { get; } = new();

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

    /// <exception cref="GraphException">RNNJ245: the device has less memory.</exception>
    public void RequireMemory(string program, RnnJit.Device name, long bytes)
    {
        if (!IsCpu && bytes > Accelerator.MemorySize)
        {
            throw new GraphException(
                "RNNJ245", $"The plan of '{program}' takes {bytes >> 20} MB of memory where '{name}' has {Accelerator.MemorySize >> 20} MB (make sizes smaller)");
        }
    }

    /// <summary>Groups and threads for so many units of work.</summary>
    public KernelConfig Config(long units) => new((int)Math.Clamp((units + GroupSize - 1) / GroupSize, 1, MostGroups), GroupSize);

    /// <summary>
    /// Columns of a row that a thread takes at once: one on a GPU, so that neighbours read neighbours; as many as keep all threads busy on
    /// the CPU.
    /// </summary>
    public int Span(int rows, int columns)
    {
        int parts = (MostThreads + rows - 1) / Math.Max(rows, 1);
        return IsCpu ? Math.Max(1, (columns + parts - 1) / parts) : 1;
    }

    /// <param name="launches">True to launch on threads of ILGPU's accelerator, false to call kernels.</param>
    public static GpuDevice OpenCpu(bool launches)
    {
        Context context = Open(builder => builder.CPU(new CPUDevice(CpuThreads, 1, 1)));
        return new GpuDevice(context, context.GetCPUDevice(0).CreateCPUAccelerator(context, CPUAcceleratorMode.Parallel),
            callsKernels: !launches);
    }

    public static GpuDevice OpenCuda(int index) => Open(builder => builder.Cuda(), AcceleratorType.Cuda, index);

    public static GpuDevice OpenOpenCl(int index) => Open(builder => builder.OpenCL(), AcceleratorType.OpenCL, index);

    /// <summary>Devices of a kind; 0 where its driver is missing.</summary>
    public static int Count(AcceleratorType kind)
    {
        try
        {
            using Context context = Context.Create(builder => _ = kind == AcceleratorType.Cuda ? builder.Cuda() : builder.OpenCL());
            return context.Devices.Count(device => device.AcceleratorType == kind);
        }
        catch (Exception missing) when (missing is DllNotFoundException or NotSupportedException or TypeInitializationException or EntryPointNotFoundException or AcceleratorException)
        {
            return 0;
        }
    }

    private static GpuDevice Open(Action<Context.Builder> add, AcceleratorType kind, int index)
    {
        Context context = Open(add);
        return new GpuDevice(context, context.Devices.Where(device => device.AcceleratorType == kind).ElementAt(index).CreateAccelerator(context));
    }

    // O2 is what inlines the functions of kernels.
    private static Context Open(Action<Context.Builder> add) => Context.Create(builder =>
    {
        builder.EnableAlgorithms().Optimize(OptimizationLevel.O2);
        DeviceIntrinsics.Register(builder);
        add(builder);
    });
}
