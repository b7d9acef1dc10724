using System.Reflection;
using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Values;

namespace RnnJit.Gpu.Kernels;

/// <summary>
/// Arithmetic that rounds once and is never fused or split by a compiler downstream of ILGPU: on the CPU accelerator the C# body runs,
/// elsewhere the instruction is spelled.
/// </summary>
public static class DeviceIntrinsics
{
    /// <summary>a · b + c with one rounding.</summary>
    [IntrinsicImplementation]
    public static float Fma(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    /// <summary>a · b + c with one rounding.</summary>
    [IntrinsicImplementation]
    public static double Fma(double a, double b, double c) => Math.FusedMultiplyAdd(a, b, c);

    /// <summary>a · b, which no addition takes in.</summary>
    [IntrinsicImplementation]
    public static float Mul(float a, float b) => a * b;

    /// <summary>a · b, which no addition takes in.</summary>
    [IntrinsicImplementation]
    public static double Mul(double a, double b) => a * b;

    /// <summary>The largest integer not above x; NaN, ±∞ and −0 stay what they are. ILGPU compiles the framework's body of it, if it is not
    /// spelled.</summary>
    [IntrinsicImplementation]
    public static float Floor(float x) => MathF.Floor(x);

    /// <summary>The largest integer not above x; NaN, ±∞ and −0 stay what they are.</summary>
    [IntrinsicImplementation]
    public static double Floor(double x) => Math.Floor(x);

    /// <summary>Makes the instructions known to a context.</summary>
    internal static void Register(Context.Builder builder)
    {
        Register(builder, nameof(Fma), typeof(float), 3, nameof(FmaPtx32), nameof(FmaCl));
        Register(builder, nameof(Fma), typeof(double), 3, nameof(FmaPtx64), nameof(FmaCl));
        Register(builder, nameof(Mul), typeof(float), 2, nameof(MulPtx32), nameof(MulCl32));
        Register(builder, nameof(Mul), typeof(double), 2, nameof(MulPtx64), nameof(MulCl64));
        Register(builder, nameof(Floor), typeof(float), 1, nameof(FloorPtx32), nameof(FloorCl));
        Register(builder, nameof(Floor), typeof(double), 1, nameof(FloorPtx64), nameof(FloorCl));
    }

    private static void Register(Context.Builder builder, string name, Type real, int operands, string ptx, string cl)
    {
        MethodInfo method = typeof(DeviceIntrinsics).GetMethod(name, [.. Enumerable.Repeat(real, operands)])!;
        IntrinsicImplementationManager manager = builder.GetIntrinsicManager();
        manager.RegisterMethod(method, new PTXIntrinsic(typeof(DeviceIntrinsics), ptx, IntrinsicImplementationMode.GenerateCode));
        manager.RegisterMethod(method, new CLIntrinsic(typeof(DeviceIntrinsics), cl, IntrinsicImplementationMode.GenerateCode));
    }

    private static void FmaPtx32(PTXBackend backend, PTXCodeGenerator generator, ILGPU.IR.Value value) =>
        Ptx(generator, value, "fma.rn.f32", 3);

    private static void FmaPtx64(PTXBackend backend, PTXCodeGenerator generator, ILGPU.IR.Value value) =>
        Ptx(generator, value, "fma.rn.f64", 3);

    private static void MulPtx32(PTXBackend backend, PTXCodeGenerator generator, ILGPU.IR.Value value) =>
        Ptx(generator, value, "mul.rn.f32", 2);

    private static void MulPtx64(PTXBackend backend, PTXCodeGenerator generator, ILGPU.IR.Value value) =>
        Ptx(generator, value, "mul.rn.f64", 2);

    private static void FloorPtx32(PTXBackend backend, PTXCodeGenerator generator, ILGPU.IR.Value value) =>
        Ptx(generator, value, "cvt.rmi.f32.f32", 1);

    private static void FloorPtx64(PTXBackend backend, PTXCodeGenerator generator, ILGPU.IR.Value value) =>
        Ptx(generator, value, "cvt.rmi.f64.f64", 1);

    private static void FmaCl(CLBackend backend, CLCodeGenerator generator, ILGPU.IR.Value value) => Cl(generator, value, "fma", 3);

    private static void FloorCl(CLBackend backend, CLCodeGenerator generator, ILGPU.IR.Value value) => Cl(generator, value, "floor", 1);

    // A product plus −0 is the product, signs of zeros included.
    private static void MulCl32(CLBackend backend, CLCodeGenerator generator, ILGPU.IR.Value value) =>
        Cl(generator, value, "fma", 2, "-0.0f");

    private static void MulCl64(CLBackend backend, CLCodeGenerator generator, ILGPU.IR.Value value) =>
        Cl(generator, value, "fma", 2, "-0.0");

    private static void Ptx(PTXCodeGenerator generator, ILGPU.IR.Value value, string instruction, int operands)
    {
        var call = (MethodCall)value;
        var sources = Enumerable.Range(0, operands).Select(i => generator.LoadPrimitive(call[i])).ToArray();
        var target = generator.AllocateHardware(value);
        using var command = generator.BeginCommand(instruction);
        command.AppendArgument(target);
        foreach (var source in sources)
            command.AppendArgument(source);
    }

    private static void Cl(CLCodeGenerator generator, ILGPU.IR.Value value, string function, int operands, string? addend = null)
    {
        var call = (MethodCall)value;
        var sources = Enumerable.Range(0, operands).Select(i => generator.Load(call[i])).ToArray();
        var target = generator.Allocate(value);
        using var statement = generator.BeginStatement(target);
        statement.AppendCommand(function);
        statement.BeginArguments();
        foreach (var source in sources)
            statement.AppendArgument(source);
        if (addend is not null)
        {
            statement.AppendArgument();
            statement.AppendCommand(addend);
        }

        statement.EndArguments();
    }
}
