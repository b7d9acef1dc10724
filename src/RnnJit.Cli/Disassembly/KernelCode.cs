using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using RnnJit.Cpu.Simd;
using RnnJit.Ir;
using RnnJit.Kernels;
using RnnJit.Ops;
using RnnJit.Planning;

namespace RnnJit.Cli.Disassembly;

/// <summary>Machine code of the last kernel in the first loop of a Program. The runtime prints what it compiles if it was told so when
/// the process began, so a child process compiles the kernel.</summary>
internal static class KernelCode
{
    // The emitter's methods that loop over columns.
    private const string Methods = "Columns";

    /// <summary>Compiles the kernel to machine code, without running it.</summary>
    /// <returns>The name of its class.</returns>
    /// <exception cref="UsageException">The Program has no loop with a kernel, or nothing compiles it.</exception>
    public static string Compile(string cell, Graph program)
    {
        ScheduledKernel kernel = program.Nodes.Select(node => node.Op).OfType<ScanOp>()
            .SelectMany(scan => Fuse.Run(scan.Body).Ops.OfType<ScheduledKernel>().TakeLast(1)).FirstOrDefault()
            ?? throw new UsageException($"Cell '{cell}' has no loop with a kernel, so it has no machine code (show another stage)");
        MethodInfo run = KernelChain.Simd.Find(kernel.Kernel, ElementType.F32).Body.Method;
        Type type = run.DeclaringType!;
        if (!RuntimeFeature.IsDynamicCodeCompiled || !typeof(IKernel).IsAssignableFrom(type))
            throw new UsageException("This rnnjit has no JIT, so nothing prints its machine code (run it with dotnet, not ahead of time)");
        foreach (MethodInfo method in type.GetMethods(BindingFlags.NonPublic | BindingFlags.Static).Where(method =>
                     method.Name.StartsWith(Methods, StringComparison.Ordinal)))
        {
            MethodInfo made = method.MakeGenericMethod([typeof(Full), .. run.GetGenericArguments()]);
            RuntimeHelpers.PrepareMethod(made.MethodHandle, [.. made.GetGenericArguments().Select(argument => argument.TypeHandle)]);
        }

        return type.FullName!;
    }

    /// <summary>Runs a child that calls <see cref="Compile"/> and prints the name, and reads the machine code.</summary>
    /// <param name="whole">The whole method instead of its innermost loop.</param>
    /// <param name="code">The child's exit code; the text is empty where it is not 0.</param>
    /// <exception cref="UsageException">The runtime printed nothing.</exception>
    public static string Print(IEnumerable<string> arguments, bool whole, out int code)
    {
        string file = Path.GetTempFileName();
        try
        {
            ProcessStartInfo start = OwnProcess.Start();
            foreach (string argument in arguments)
                start.ArgumentList.Add(argument);
            start.RedirectStandardOutput = true;
            start.Environment["DOTNET_JitDisasm"] = Methods + "*";
            start.Environment["DOTNET_JitStdOutFile"] = file;

            // The code is then the same in whatever environment the command runs.
            start.Environment["DOTNET_TieredPGO"] = start.Environment["DOTNET_TieredCompilation"] = "0";
            code = OwnProcess.Run(start, out string name);
            return code == ExitCode.Success ? Text(File.ReadAllText(file), name.Trim(), whole) : "";
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The innermost loop with the most instructions in a file of the runtime, or the method that has it.</summary>
    /// <param name="file">Its text.</param>
    /// <param name="type">The kernel's class.</param>
    /// <param name="whole">The method instead of the loop.</param>
    /// <exception cref="UsageException">It has no code of the class, or no loop.</exception>
    public static string Text(string file, string type, bool whole)
    {
        var (method, loop) = Listing.Read(file).Where(method => method.Method.StartsWith(type + ":", StringComparison.Ordinal))
            .Select(method => (method, Loop: method.HotLoop())).Where(pair => pair.Loop is not null)
            .OrderByDescending(pair => Listing.Instructions(pair.Loop!)).FirstOrDefault();
        if (loop is null)
            throw new UsageException($"{RuntimeInformation.FrameworkDescription} printed no loop of the kernel (run a .NET that knows "
                + "DOTNET_JitDisasm: 8 or later, with its own JIT)");
        string name = method.Method[(type.Length + 1)..method.Method.IndexOf('[')];
        int all = Listing.Instructions(method.Lines);
        var text = new StringBuilder();
        text.AppendLine(whole
            ? $"; {name} of the kernel: {all} instructions"
            : $"; innermost loop of {name} of the kernel: {Listing.Instructions(loop)} of {all} instructions");
        text.AppendLine($"; vectors of {IsaFlag.Bits} bits, {Processor()}, {RuntimeInformation.FrameworkDescription}");
        foreach (string line in whole ? method.Lines : loop)
            text.AppendLine(line);
        return text.ToString().ReplaceLineEndings("\n");
    }

    // The brand of CPUID, leaves 0x80000002 to 0x80000004.
    private static string Processor()
    {
        if (!X86Base.IsSupported)
            return RuntimeInformation.ProcessArchitecture.ToString();
        int[] words = [.. Enumerable.Range(2, 3).Select(leaf => X86Base.CpuId(unchecked((int)0x80000000) + leaf, 0))
            .SelectMany(found => (int[])[found.Eax, found.Ebx, found.Ecx, found.Edx])];
        return Encoding.ASCII.GetString(MemoryMarshal.AsBytes<int>(words)).Trim('\0', ' ');
    }
}
