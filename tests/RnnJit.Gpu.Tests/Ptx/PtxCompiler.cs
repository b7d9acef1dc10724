using System.Collections.Concurrent;
using System.Reflection;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using RnnJit.Gpu.Kernels;

namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>The PTX that ILGPU writes of kernels, each compiled once. Safe for several threads.</summary>
internal static class PtxCompiler
{
    // A context holds all that it compiled, and is of no use after an error: it serves so many kernels and is thrown away.
    private const int KernelsOfContext = 32;

    private static readonly ConcurrentDictionary<MethodInfo, string> Texts = new();
    private static readonly Lock Compiling = new();
    private static Context? context;
    private static PTXBackend? backend;
    private static int compiled;

    public static string Of(MethodInfo method) => Texts.GetOrAdd(method, Compile);

    private static string Compile(MethodInfo method)
    {
        lock (Compiling)
        {
            try
            {
                if (backend is null || ++compiled % KernelsOfContext == 0)
                    Renew();
                return ((PTXCompiledKernel)backend!.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(method),
                    default)).PTXAssembly;
            }
            catch
            {
                Close();
                throw;
            }
        }
    }

    private static void Renew()
    {
        Close();
        context = Context.Create(builder =>
        {
            builder.EnableAlgorithms().Optimize(OptimizationLevel.O2);
            DeviceIntrinsics.Register(builder);
        });
        backend = new PTXBackend(context, CudaArchitecture.SM_80, CudaInstructionSet.ISA_80, null!);
    }

    private static void Close()
    {
        backend?.Dispose();
        context?.Dispose();
        (backend, context) = (null, null);
    }
}
