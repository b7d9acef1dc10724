using System.Diagnostics;
using RnnJit.Cpu;

namespace RnnJit.Cli.Tests.Documents;

/// <summary>A program published ahead of time, samples/Ahead, and the targets of the package: warnings and results.</summary>
[NonParallelizable]
public class NativeAotTests
{
    private const string AtBuild = "warning RNNJ221: The program is published for vectors of 128 bits without fused multiply-add, 3 to 6 "
        + "times slower than with wider ones (set <IlcInstructionSet> to x86-64-v3, x86-64-v4 or native, or <RnnJitWarnVectors> to false)";

    [TestCase("", true)]
    [TestCase("-p:IlcInstructionSet=x86-64-v3", false)]
    [TestCase("-p:RnnJitWarnVectors=false", false)]
    [TestCase("-p:PublishAot=false", false)]
    [TestCase("-p:RuntimeIdentifier=linux-arm64", false)]
    public void Publishing_without_an_instruction_set_is_said_once(string property, bool said)
    {
        using var folder = new TemporaryFolder();
        string project = folder.File("App.proj");
        File.WriteAllText(project, $"""
            <Project>
              <PropertyGroup><PublishAot Condition="'$(PublishAot)' == ''">true</PublishAot></PropertyGroup>
              <Import Project="{Repository.File("src/RnnJit/buildTransitive/RnnJit.targets")}" />
              <Target Name="PrepareForPublish" />
            </Project>
            """);
        string[] arguments = ["msbuild", project, "-t:PrepareForPublish", "-nologo", "-nodeReuse:false"];
        var (code, printed, _) = Run("dotnet", property.Length > 0 ? [.. arguments, property] : arguments, "");
        Assert.That(code, Is.Zero, printed);
        Assert.That(printed.Split(AtBuild), Has.Length.EqualTo(said ? 2 : 1), printed);
    }

    [Test]
    public void A_program_published_ahead_of_time_computes_what_others_do_and_says_when_it_is_narrow()
    {
        if (Environment.GetEnvironmentVariable("RNNJIT_LONG") != "1")
            Assert.Ignore("RNNJIT_LONG is not 1 (publishing twice takes a minute)");
        if (!OperatingSystem.IsLinux() || !(IsInstalled("clang") || IsInstalled("gcc"))
            || !Directory.EnumerateFiles("/usr/include", "zlib.h").Any())
            Assert.Ignore("NativeAOT needs clang or gcc and zlib (apt-get install clang zlib1g-dev)");
        using var folder = new TemporaryFolder();
        foreach (var (set, bits) in new[] { ("x86-64-v3", 256), ("x86-64-v2", 128) })
        {
            if (CpuWidth.Machine < bits)
                continue;
            string to = folder.File(set);
            var (code, printed, _) = Run("dotnet", ["publish", Repository.File("samples/Ahead"), "-c", "Release", "-v", "q",
                "-nodeReuse:false", "-p:RunAnalyzers=false", $"-p:IlcInstructionSet={set}", "-o", to], "");
            Assert.That(code, Is.Zero, printed);

            // Trimming and compiling ahead of time have nothing to say either.
            Assert.That(printed, Does.Not.Contain("warning"));

            // Kernels of other widths are left out: 8.6 MB, with all three widths 15.6.
            Assert.That(new FileInfo(Path.Combine(to, "Ahead")).Length, Is.LessThan(9_000_000));
            var (exit, output, error) = Run(Path.Combine(to, "Ahead"), [], "1 0 0\n0 0 0\n");
            Assert.That(exit, Is.Zero, error);
            Assert.That(output, Is.EqualTo("-0.08622 0.09109 -0.19300 0.02808\n-0.01306 0.11840 -0.08612 -0.06443\n"));
            Assert.That(error.Split("warning RNNJ221: "), Has.Length.EqualTo(CpuWidth.Machine > bits ? 2 : 1), error);
            Assert.That(error, Does.Not.Contain("interpreted"));
            Assert.That(Run(Path.Combine(to, "Ahead"), [], "1 0 x\n").Error, Does.Contain("line 1 is '1 0 x', wanted 3 numbers"));
        }
    }

    private static bool IsInstalled(string tool) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, tool)));

    private static (int Code, string Output, string Error) Run(string program, string[] arguments, string input)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return (process.ExitCode, output.Result.ReplaceLineEndings("\n"), error.Result.ReplaceLineEndings("\n"));
    }
}
