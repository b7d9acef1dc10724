using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using RnnJit.Gpu.Kernels;
using RnnJit.Ir;

namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>The PTX of all kernels assembled by NVIDIA's ptxas, where RNNJIT_PTXAS names it.</summary>
[NonParallelizable]
public class PtxasTests
{
    // Registers of a multiprocessor of compute capability 8.0, and threads of a group on a GPU.
    private const int Registers = 65536, Threads = 128;

    [Test]
    public void Kernels_keep_all_in_registers([Values(ElementType.F32, ElementType.F64)] ElementType real)
    {
        string ptxas = Environment.GetEnvironmentVariable("RNNJIT_PTXAS") ?? "";
        if (ptxas.Length == 0)
            Assert.Ignore("RNNJIT_PTXAS is not set (let it name the ptxas of a CUDA toolkit of 12.0 or later)");
        MethodInfo[] methods = [.. EmittedKernels.Of(PtxKernelTests.Standard, real), .. PtxTests.Own.SelectMany(type =>
            type.GetMethods(BindingFlags.Public | BindingFlags.Static).Select(method => DeviceMethods.Own(type, method.Name, real)))];
        int most = 0;
        List<string> found = [];
        foreach (MethodInfo method in methods)
        {
            string ptx = PtxCompiler.Of(method), report = Assemble(ptxas, ptx), name = $"{method.DeclaringType!.Name}.{method.Name}";
            int registers = Regex.Matches(report, @"Used (\d+) registers").Max(used => int.Parse(used.Groups[1].Value,
                CultureInfo.InvariantCulture));
            found.AddRange(Spilled(report).Select(spill => $"{name}: {spill}"));
            if (registers * Threads > Registers)
                found.Add($"{name}: {registers} registers");
            if (Spilled(report).Any() && Environment.GetEnvironmentVariable("RNNJIT_DUMP") is { Length: > 0 } folder)
                File.WriteAllText(Path.Combine(folder, $"{name}.{real}.ptx"), ptx);
            most = Math.Max(most, registers);
        }

        Assert.That(found, Is.Empty);
        TestContext.Out.WriteLine($"{methods.Length} kernels, {real}: at most {most} registers");
    }

    [Test]
    public void A_spill_is_seen() =>
        Assert.That(Spilled("    0 bytes stack frame, 0 bytes spill stores, 8 bytes spill loads"),
            Is.EqualTo(new[] { "8 bytes spill loads" }));

    private static IEnumerable<string> Spilled(string report) =>
        Regex.Matches(report, @"[1-9]\d* bytes (stack frame|spill stores|spill loads)").Select(match => match.Value);

    private static string Assemble(string ptxas, string ptx)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, ptx);
            var start = new ProcessStartInfo(ptxas,
                ["-arch=sm_80", "-v", file, "-o", "/dev/null"])
            { RedirectStandardError = true, RedirectStandardOutput = true };
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            string report = process.StandardError.ReadToEnd() + output.Result;
            process.WaitForExit();
            Assert.That(process.ExitCode, Is.Zero, report);
            return report;
        }
        finally
        {
            File.Delete(file);
        }
    }
}
