using System.Diagnostics;
using System.Text.RegularExpressions;

namespace RnnJit.Cli.Tests.Documents;

/// <summary>docs/use-it.md: its program, in an empty folder, with packages and nothing else.</summary>
[NonParallelizable]
public class PackageTests
{
    [Test]
    public void A_program_with_one_package_trains_on_compiled_kernels()
    {
        if (Environment.GetEnvironmentVariable("RNNJIT_LONG") != "1")
            Assert.Ignore("RNNJIT_LONG is not 1 (packing and restoring take half a minute)");
        using var folder = new TemporaryFolder();
        string document = Repository.Read("docs/use-it.md").ReplaceLineEndings("\n"), feed = folder.File("feed"), app = folder.File("app");

        // A version of its own: packages of an earlier run stay in the cache of the machine.
        string version = $"0.1.0-test.{DateTime.UtcNow.Ticks}";
        foreach (string packed in (string[])["RnnJit.Core", "RnnJit"])
            Run($"pack {Repository.File("src/" + packed)} -c Release -o {feed} -v q -nodeReuse:false -p:RunAnalyzers=false "
                + $"-p:Version={version}",
                folder.Path);
        Directory.CreateDirectory(app);
        File.WriteAllText(Path.Combine(app, "App.csproj"), Block(document, "xml").Replace("Version=\"0.1.0\"", $"Version=\"{version}\""));
        File.WriteAllText(Path.Combine(app, "Program.cs"), Block(document, "csharp"));
        File.WriteAllText(Path.Combine(app, "nuget.config"),
            $"<configuration><packageSources><add key=\"feed\" value=\"{feed}\" /></packageSources></configuration>");
        Assert.That(Warnings(app), Is.Zero);

        // The same as a file-based app, in a folder without a project.
        string single = Directory.CreateDirectory(folder.File("single")).FullName;
        File.Copy(Path.Combine(app, "nuget.config"), Path.Combine(single, "nuget.config"));
        File.WriteAllText(Path.Combine(single, "app.cs"), $"#:package RnnJit@{version}\n" + Block(document, "csharp"));
        Assert.That(Printed(Run("run app.cs", single)), Is.Zero);

        // The negative control: without the generator kernels are interpreted, and that is said.
        string project = Path.Combine(app, "App.csproj");
        const string Without =
            "<Target Name=\"Without\" BeforeTargets=\"CoreCompile\"><ItemGroup><Analyzer Remove=\"@(Analyzer)\" /></ItemGroup></Target>";
        File.WriteAllText(project, File.ReadAllText(project).Replace("</Project>", Without + "</Project>"));
        Assert.That(Warnings(app), Is.EqualTo(1));

        // Without the package's usings its names are unknown.
        File.WriteAllText(project,
            File.ReadAllText(project).Replace("<Nullable>", "<RnnJitImplicitUsings>disable</RnnJitImplicitUsings><Nullable>"));
        Assert.That(Code("build -c Release -v q -nodeReuse:false -o out --no-incremental", app, out string printed), Is.Not.Zero);
        Assert.That(printed, Does.Contain("CS0246"));
    }

    // Builds and runs the program, which trains and counts warnings.
    private static int Warnings(string app)
    {
        Run("build -c Release -v q -nodeReuse:false -o out --no-incremental", app);
        return Printed(Run("out/App.dll", app));
    }

    private static int Printed(string printed)
    {
        Match found = Regex.Match(printed, @"mean squared error (0\.\d+), (\d) warnings");
        Assert.That(found.Success, printed);
        Assert.That(double.Parse(found.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), Is.LessThan(0.005));
        return found.Groups[2].Value[0] - '0';
    }

    private static string Block(string document, string language) =>
        Regex.Match(document, $"^```{language}\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline).Groups[1].Value;

    private static string Run(string arguments, string folder)
    {
        int code = Code(arguments, folder, out string printed);
        Assert.That(code, Is.Zero, $"dotnet {arguments}\n{printed}");
        return printed;
    }

    private static int Code(string arguments, string folder, out string printed)
    {
        var start = new ProcessStartInfo("dotnet",
            arguments)
        { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        printed = output.Result + error;
        return process.ExitCode;
    }
}
