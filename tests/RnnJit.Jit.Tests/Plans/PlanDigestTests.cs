using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RnnJit.Cells;
using RnnJit.Cpu;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Kernels;
using RnnJit.Runtime;
using Repository = RnnJit.Jit.Tests.Documents.Repository;

namespace RnnJit.Jit.Tests.Plans;

/// <summary>
/// Plans and results of every built-in cell, compared with those of an earlier commit by digest. <c>RNNJIT_ACCEPT=1</c> writes the digests
/// of the cells that run, of no others; <c>RNNJIT_DUMP=folder</c> writes the plans themselves, to see what changed.
/// </summary>
public class PlanDigestTests
{
    private static readonly KernelChain Interpreted = new(new InterpretedKernelProvider());

    private static string File => $"tests/RnnJit.Jit.Tests/Plans/digests-{CpuWidth.Width}.txt";

    private static IEnumerable<Type> Cells => CellProgram.Types;

    [TestCaseSource(nameof(Cells))]
    public void Plans_and_results_are_those_of_before(Type type)
    {
        string path = Repository.Path(File);
        if (!Accepts && !System.IO.File.Exists(path))
            Assert.Ignore($"There are no digests for vectors of {CpuWidth.Width} bits ({File})");
        string[] found = [.. Plans(type), .. Results(type)];
        if (Accepts)
        {
            lock (Interpreted)
            {
                string[] others = [.. System.IO.File.Exists(path) ? System.IO.File.ReadLines(path).Where(line => !IsOf(line, type)) : []];
                System.IO.File.WriteAllLines(path, others.Concat(found).Order(StringComparer.Ordinal));
            }

            return;
        }

        Dictionary<string, string> wanted = System.IO.File.ReadLines(path).ToDictionary(Key);
        Assert.That(wanted.Values.Any(line => IsOf(line, type)), $"{type.Name} has no digests in {File} (RNNJIT_ACCEPT=1 "
            + "writes those of a new cell; once more with DOTNET_EnableAVX512=0 and with DOTNET_EnableAVX2=0)");
        Assert.That(found.Where(line => !wanted.TryGetValue(Key(line), out string? before) || before != line), Is.Empty);
    }

    // A negative control: one number of a plan or one bit of a result gives another digest.
    [Test]
    public void The_digest_sees_one_number() =>
        Assert.That(Digest("#1(64@0 0-3)+0"), Is.Not.EqualTo(Digest("#1(64@0 0-4)+0")));

    private static bool Accepts => Environment.GetEnvironmentVariable("RNNJIT_ACCEPT") == "1";

    // 'plan Lstm forward …', 'result Lstm forward …'.
    private static bool IsOf(string line, Type type) => line.Split(' ')[1] == type.Name;

    private static string Key(string line) => line[..line.IndexOf(':', StringComparison.Ordinal)];

    private static IEnumerable<string> Plans(Type type)
    {
        foreach (var (cell, name) in Programs(type))
        {
            Graph program = cell.Build();
            foreach (var (steps, batch, units) in new[] { (5, 9, 0), (1, 1, 0), (64, 3, 128), (701, 16, 64) })
            {
                foreach (ElementType real in new[] { ElementType.F32, ElementType.F64 })
                {
                    Dictionary<string, int> sizes = cell.Sizes(steps, batch, units == 0 ? null : units);
                    using var executable = (CompiledExecutable)Executable.Create(program,
                        new ExecutableOptions { Sizes = sizes, Threads = 1, Precision = real, Kernels = Interpreted });
                    string text = PlanDump.Of(executable), key = $"plan {name} T{steps} B{batch} H{units} {real}";
                    if (Environment.GetEnvironmentVariable("RNNJIT_DUMP") is { Length: > 0 } folder)
                        System.IO.File.WriteAllText(System.IO.Path.Combine(folder, key.Replace(' ', '_')), text);
                    yield return string.Create(CultureInfo.InvariantCulture, $"{key}: {executable.ArenaBytes} {Digest(text)}");
                }
            }
        }
    }

    private static IEnumerable<string> Results(Type type)
    {
        foreach (var (cell, name) in Programs(type))
        {
            Graph program = cell.Build();
            Dictionary<string, int> sizes = cell.Sizes(steps: 5, batch: 9);
            foreach (ElementType real in new[] { ElementType.F32, ElementType.F64 })
            {
                using Executable executable = CellProgram.Create(program, sizes, real: real);
                Dictionary<string, NdArray> results = CellProgram.Run(executable, CellProgram.Draw(program, sizes));
                var bits = new StringBuilder();
                foreach (var (output, value) in results.OrderBy(result => result.Key, StringComparer.Ordinal))
                    bits.Append(output).AppendJoin(' ',
                        value.Data.Select(number => BitConverter.DoubleToInt64Bits(number).ToString("x", CultureInfo.InvariantCulture)));
                yield return $"result {name} {real}: {Digest(bits.ToString())}";
            }
        }
    }

    private static IEnumerable<(CellProgram Cell, string Name)> Programs(Type type)
    {
        CellDefinition cell = CellTracer.Trace(type);
        yield return (new CellProgram(cell, Backward: false), $"{type.Name} forward");
        yield return (new CellProgram(cell, Lengths: true, Reverse: true, Backward: false), $"{type.Name} forward lengths reverse");
        yield return (new CellProgram(cell), $"{type.Name} backward");
        yield return (new CellProgram(cell, Lengths: true), $"{type.Name} backward lengths");
    }

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
}
