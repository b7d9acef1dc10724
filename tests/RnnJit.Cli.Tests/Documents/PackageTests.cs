using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace RnnJit.Cli.Tests.Documents;

/// <summary>The packages, what is in them, and the documents' programs in empty folders with packages and nothing else.</summary>
[NonParallelizable]
public class PackageTests
{
    private const long MostRuntime = 1_480_000, MostTogether = 2_380_000;

    private const string Policy = ", new ModelOptions { KernelPolicy = KernelPolicy.CompiledOnly }";

    private PackageFeed feed = null!;

    [OneTimeSetUp]
    public void Pack()
    {
        if (Environment.GetEnvironmentVariable("RNNJIT_LONG") != "1")
            Assert.Ignore("RNNJIT_LONG is not 1 (packing and restoring take minutes)");
        feed = new PackageFeed();
    }

    [OneTimeTearDown]
    public void Remove() => feed?.Dispose();

    [Test]
    public void A_package_has_its_assemblies_with_texts_symbols_readme_and_licence()
    {
        foreach (var (package, assemblies) in PackageFeed.Packages)
        {
            using ZipArchive main = ZipFile.OpenRead(feed.Package(package)), symbols = ZipFile.OpenRead(feed.Package(package, ".snupkg"));
            Assert.That(Names(main, "lib/"), Is.EquivalentTo(
                assemblies.SelectMany(name => new[] { $"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml" })), package);
            Assert.That(Names(symbols, "lib/"), Is.EquivalentTo(assemblies.Select(name => $"lib/net10.0/{name}.pdb")), package);
            Assert.That(Names(main, "README.md"), Has.Count.EqualTo(1), package);
            string about = Text(main, package + ".nuspec");
            Assert.That(about, Does.Contain("<license type=\"expression\">MIT</license>").And.Contain("<readme>README.md</readme>"));
            Assert.That(about, Does.Contain("<description>").And.Not.Contain("Package Description"), package);
            Assert.That(Regex.Matches(about, "dependency id=\"(RnnJit[^\"]*)\"").Select(match => match.Groups[1].Value),
                Is.SubsetOf(PackageFeed.Packages.Keys), package);
        }
    }

    [Test]
    public void The_first_package_brings_the_generator_and_Core_as_a_compiler_loads_them()
    {
        using ZipArchive main = ZipFile.OpenRead(feed.Package("RnnJit"));
        Assert.That(Names(main, "analyzers/"),
            Is.EquivalentTo(new[] { "analyzers/dotnet/cs/RnnJit.Generators.dll", "analyzers/dotnet/cs/RnnJit.Core.dll" }));
    }

    // Equal sources give equal files wherever they lie; a path in one would show that they do not.
    [Test]
    public void No_assembly_or_symbol_file_names_the_folder_it_was_built_in()
    {
        foreach (var (package, assemblies) in PackageFeed.Packages)
        {
            using ZipArchive main = ZipFile.OpenRead(feed.Package(package)), symbols = ZipFile.OpenRead(feed.Package(package, ".snupkg"));
            foreach (string name in assemblies)
            {
                byte[] assembly = Bytes(main, $"lib/net10.0/{name}.dll"), symbol = Bytes(symbols, $"lib/net10.0/{name}.pdb");
                Assert.That(assembly.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Repository.File("src"))), Is.Negative, name);
                Assert.That(assembly.AsSpan().IndexOf("/_/"u8), Is.Positive, name);
                Assert.That(symbol.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Repository.File("src"))), Is.Negative, name);
            }
        }
    }

    [Test]
    public void The_tool_is_installed_from_its_package_and_speaks_English_only()
    {
        using (ZipArchive package = ZipFile.OpenRead(feed.Package(PackageFeed.Tool)))
        {
            Assert.That(package.Entries.Select(entry => entry.FullName), Has.None.Contains(".resources.dll"));
            Assert.That(package.Entries.Select(entry => entry.Name), Has.One.EqualTo("README.md"));
        }

        string folder = feed.NewFolder("tool");
        PackageFeed.Run($"tool install {PackageFeed.Tool} --tool-path bin --version {feed.Version}", folder);
        string tool = Path.Combine(folder, "bin", OperatingSystem.IsWindows() ? "rnnjit.exe" : "rnnjit");
        Assert.That(PackageFeed.Code(tool, "--version", folder, out string version), Is.Zero, version);
        Assert.That(version, Does.Match(@"^\d+\.\d+\.\d+"));
        Assert.That(PackageFeed.Code(tool, "show lstm", folder, out string shown), Is.Zero, shown);
        Assert.That(shown, Does.Contain("sigmoid"));
        Assert.That(PackageFeed.Code(tool, "show none", folder, out string refused), Is.Not.Zero);
        Assert.That(refused, Does.StartWith("rnnjit: "));
    }

    [Test]
    public void A_program_with_one_package_trains_on_compiled_kernels()
    {
        string document = Repository.Read("docs/use-it.md").ReplaceLineEndings("\n"), app = feed.NewFolder("app");
        string project = Path.Combine(app, "App.csproj");
        File.WriteAllText(project, feed.Versioned(Block(document, "xml", "<Project")));
        string program = Path.Combine(app, "Program.cs"), code = Block(document, "csharp");
        Assert.That(code, Does.Contain(Policy));
        File.WriteAllText(program, code);
        Learned(Built(app, out int status));
        Assert.That(status, Is.Zero);

        // The same as a file-based app, in a folder without a project.
        string single = feed.NewFolder("single");
        File.WriteAllText(Path.Combine(single, "app.cs"), $"#:package RnnJit@{feed.Version}\n" + code);
        Learned(PackageFeed.Run("run app.cs", single));

        // The sample, with the version that was packed.
        string sample = File.ReadAllText(Repository.File("samples/Package/Program.cs"));
        File.WriteAllText(Path.Combine(single, "sample.cs"), feed.Versioned(sample));
        Assert.That(PackageFeed.Code("dotnet", "run sample.cs", single, out string learned), Is.Zero, learned);
        Match last = Regex.Match(learned, @"step 600: mean squared error (\d\.\d+)");
        Assert.That(last.Success, learned);
        Assert.That(double.Parse(last.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), Is.LessThan(0.01));

        // The negative control: without the generator kernels would be interpreted, which the program refuses.
        const string Without =
            "<Target Name=\"Without\" BeforeTargets=\"CoreCompile\"><ItemGroup><Analyzer Remove=\"@(Analyzer)\" /></ItemGroup></Target>";
        File.WriteAllText(project, File.ReadAllText(project).Replace("</Project>", Without + "</Project>"));
        string refused = Built(app, out status);
        Assert.That(status, Is.Not.Zero);
        Assert.That(refused, Does.Contain("kernels would be interpreted, the first is 'kernel of ").And.Contain(
            "mark the cell [RnnCell] in a project that references the generator of the package RnnJit"));

        // Where it allows them, one sentence says it.
        File.WriteAllText(program, code.Replace(Policy, ""));
        string warned = Built(app, out status);
        Learned(warned);
        Assert.That(warned.Split('\n').Count(line => line.StartsWith("warning RNNJ220: ", StringComparison.Ordinal)), Is.EqualTo(1));

        // Without the package's usings its names are unknown.
        File.WriteAllText(project,
            File.ReadAllText(project).Replace("<Nullable>", "<RnnJitImplicitUsings>disable</RnnJitImplicitUsings><Nullable>"));
        Assert.That(PackageFeed.Code("dotnet", "build -c Release -v q -nodeReuse:false -o out --no-incremental", app, out string printed),
            Is.Not.Zero);
        Assert.That(printed, Does.Contain("CS0246"));
    }

    // docs/decisions/size-of-the-runtime.md has what is in them.
    [Test]
    public void The_runtime_and_Core_are_small()
    {
        using ZipArchive main = ZipFile.OpenRead(feed.Package("RnnJit"));
        long runtime = main.GetEntry("lib/net10.0/RnnJit.Runtime.dll")!.Length, core = main.GetEntry("lib/net10.0/RnnJit.Core.dll")!.Length;
        TestContext.Out.WriteLine($"{runtime} and {core} bytes");
        Assert.That(runtime, Is.LessThanOrEqualTo(MostRuntime));
        Assert.That(runtime + core, Is.LessThanOrEqualTo(MostTogether));
    }

    // docs/decisions/native-aot.md has what these methods are. Without images the JIT compiles the planner.
    [TestCase("package", 0, 600)]
    [TestCase("", 2_000, 3_400)]
    public void A_program_compiles_few_methods_until_its_first_result(string mode, int least, int most)
    {
        string to = feed.NewFolder("start" + mode), model = Path.Combine(to, "model.safetensors");
        PackageFeed.Run($"publish {Repository.File("bench/dotnet/Start")} -c Release -v q -nodeReuse:false -p:RunAnalyzers=false "
            + $"-p:StartMode={mode} -p:StartFeed={feed.Path} -p:StartVersion={feed.Version} -o {to}", to);
        PackageFeed.Run($"{Path.Combine(to, "Start.dll")} make {model}", to);
        string[] said = PackageFeed.Run($"{Path.Combine(to, "Start.dll")} first {model}", to).TrimEnd().Split('\n');
        Assert.That(said, Has.Length.EqualTo(2));
        Assert.That(int.Parse(said[1], System.Globalization.CultureInfo.InvariantCulture), Is.InRange(least, most));
    }

    [Test]
    public void The_first_package_has_images_of_this_machine()
    {
        using ZipArchive main = ZipFile.OpenRead(feed.Package("RnnJit"));
        string[] names = [.. Names(main, "runtimes/")];
        Assert.That(names.Select(Path.GetFileName), Is.EquivalentTo(new[] { "RnnJit.Core.dll", "RnnJit.Runtime.dll" }));
        Assert.That(names, Has.All.Match("^runtimes/(linux|win|osx)[a-z-]*-[a-z0-9]+/lib/net10.0/"));
    }

    // The document's own output is compared where it is compiled in memory; here it has to run and to learn.
    [Test]
    public void The_first_cell_runs_from_packages()
    {
        string document = Repository.Read("docs/first-cell.md").ReplaceLineEndings("\n"), single = feed.NewFolder("tide");
        File.WriteAllText(Path.Combine(single, "app.cs"), feed.Versioned(Block(document, "csharp")));
        File.Copy(Repository.File("docs/cells/tide.csv"), Path.Combine(single, "tide.csv"));
        string printed = PackageFeed.Run("run app.cs", single);
        Match worst = Regex.Match(printed, @"never seen: at most (0\.\d+) off");
        Assert.That(worst.Success, printed);
        Assert.That(Number(worst), Is.LessThan(0.1));
        Assert.That(printed, Does.Not.Contain("warning"));
    }

    // Kernels that are compiled in memory, from a file-based app.
    [Test]
    public void A_cell_that_exists_only_at_run_time_is_compiled_in_memory()
    {
        string document = Repository.Read("docs/use-it.md").ReplaceLineEndings("\n"), single = feed.NewFolder("jit");
        string code = Block(document, "csharp", "#:package RnnJit.Jit@0.1.0\n");
        Assert.That(code, Does.Contain("#:property PublishAot=false\n"));
        File.WriteAllText(Path.Combine(single, "app.cs"), feed.Versioned(code));
        Learned(PackageFeed.Run("run app.cs", single));
    }

    private static string Built(string app, out int status)
    {
        PackageFeed.Run("build -c Release -v q -nodeReuse:false -o out --no-incremental", app);
        status = PackageFeed.Code("dotnet", "out/App.dll", app, out string printed);
        return printed;
    }

    private static void Learned(string printed)
    {
        Match found = Regex.Match(printed, @"mean squared error (0\.\d+)");
        Assert.That(found.Success, printed);
        Assert.That(Number(found), Is.LessThan(0.005));
    }

    private static double Number(Match match) =>
        double.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);

    private static string Block(string document, string language, string has = "") =>
        Regex.Matches(document, $"^```{language}\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)
            .Select(match => match.Groups[1].Value).First(text => text.Contains(has, StringComparison.Ordinal));

    private static List<string> Names(ZipArchive archive, string begin) =>
        [.. archive.Entries.Select(entry => entry.FullName).Where(name => name.StartsWith(begin, StringComparison.Ordinal))];

    private static string Text(ZipArchive archive, string name) => Encoding.UTF8.GetString(Bytes(archive, name));

    private static byte[] Bytes(ZipArchive archive, string name)
    {
        using Stream stream = archive.GetEntry(name)!.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
