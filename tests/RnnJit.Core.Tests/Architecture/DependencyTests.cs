using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace RnnJit.Core.Tests.Architecture;

/// <summary>
/// The arrows of docs/architecture.md: Cli ─► Gpu ─► Jit ─► RnnJit ─► Core ◄─ Generators ◄─ Jit; Cli ─► Gallery ─► RnnJit; Gallery ─►
/// Charts; Cli ─► Import ─► RnnJit; Cli ─► Mpi ─► RnnJit; Images ─► RnnJit.
/// </summary>
public class DependencyTests
{
    private static readonly Dictionary<string, string[]> Projects = new()
    {
        ["RnnJit.Core"] = [],
        ["RnnJit.Generators"] = ["RnnJit.Core"],
        ["RnnJit"] = ["RnnJit.Core", "RnnJit.Generators"],
        ["RnnJit.Verification"] = ["RnnJit", "RnnJit.Core"],
        ["RnnJit.Jit"] = ["RnnJit", "RnnJit.Core", "RnnJit.Generators"],
        ["RnnJit.Gpu"] = ["RnnJit.Core", "RnnJit.Jit"],
        ["RnnJit.Charts"] = [],
        ["RnnJit.Gallery"] = ["RnnJit", "RnnJit.Charts", "RnnJit.Core", "RnnJit.Generators"],
        ["RnnJit.Images"] = ["RnnJit", "RnnJit.Core"],
        ["RnnJit.Import"] = ["RnnJit", "RnnJit.Core"],
        ["RnnJit.Mpi"] = ["RnnJit", "RnnJit.Core"],
        ["RnnJit.Cli"] =
            ["RnnJit.Charts", "RnnJit.Gallery", "RnnJit.Gpu", "RnnJit.Import", "RnnJit.Jit", "RnnJit.Mpi", "RnnJit.Verification"],
    };

    private static readonly Dictionary<string, string[]> Packages = new()
    {
        ["RnnJit.Core"] = [],
        ["RnnJit.Generators"] = ["Microsoft.CodeAnalysis.CSharp"],
        ["RnnJit"] = ["Microsoft.Extensions.Logging.Abstractions"],
        ["RnnJit.Verification"] = [],
        ["RnnJit.Jit"] = ["Microsoft.CodeAnalysis.CSharp"],
        ["RnnJit.Gpu"] = ["ILGPU", "ILGPU.Algorithms"],
        ["RnnJit.Charts"] = [],
        ["RnnJit.Gallery"] = [],
        ["RnnJit.Images"] = [],
        ["RnnJit.Import"] = [],
        ["RnnJit.Mpi"] = [],
        ["RnnJit.Cli"] = ["Spectre.Console", "System.CommandLine"],
    };

    private static IEnumerable<string> ProjectFiles =>
        Repository.Files("src", "*.csproj").Concat(Repository.Files("generators", "*.csproj"));

    [Test]
    public void Every_project_is_drawn() =>
        Assert.That(ProjectFiles.Select(Name), Is.EquivalentTo(Projects.Keys));

    [TestCaseSource(nameof(ProjectFiles))]
    public void A_project_refers_to_what_its_arrows_show(string project)
    {
        Assert.That(References(project, "ProjectReference").Select(Name), Is.EquivalentTo(Projects[Name(project)]));
        Assert.That(References(project, "PackageReference"), Is.EquivalentTo(Packages[Name(project)]));
    }

    // The arrow to Generators is one of the compiler, not of the program.
    [TestCase("RnnJit")]
    [TestCase("RnnJit.Gallery")]
    public void A_project_with_cells_only_compiles_with_the_generator(string project)
    {
        XElement reference = Elements($"src/{project}/{project}.csproj", "ProjectReference")
            .Single(element => Include(element).Contains("Generators", StringComparison.Ordinal));
        Assert.That((string?)reference.Attribute("OutputItemType"), Is.EqualTo("Analyzer"));
        Assert.That((string?)reference.Attribute("ReferenceOutputAssembly"), Is.EqualTo("false"));
    }

    // Packages come along with project references, so the source is asked as well.
    [Test]
    public void Only_generators_and_jit_speak_of_Roslyn() =>
        Assert.That(FilesThatUse("Microsoft.CodeAnalysis").Select(file => file.Split('/')[1]).Distinct(),
            Is.EquivalentTo(["RnnJit.Generators", "RnnJit.Jit"]));

    [Test]
    public void Only_the_GPU_backend_speaks_of_ILGPU() =>
        Assert.That(FilesThatUse("ILGPU").Select(file => file.Split('/')[1]).Distinct(), Is.EquivalentTo(["RnnJit.Gpu"]));

    [TestCase("Google.Protobuf")]
    public void Nobody_speaks_of_packages_of_later_projects(string package) => Assert.That(FilesThatUse(package), Is.Empty);

    private static IEnumerable<string> FilesThatUse(string package) =>
        Repository.Files("src", "*.cs").Concat(Repository.Files("generators", "*.cs"))
        .Where(file => Regex.IsMatch(Repository.Read(file),
            $@"^\s*(global )?using (static )?{Regex.Escape(package)}\b|global::{Regex.Escape(package)}\b", RegexOptions.Multiline));

    private static IEnumerable<string> References(string project, string kind) => Elements(project, kind).Select(Include);

    private static IEnumerable<XElement> Elements(string project, string kind) =>
        XDocument.Parse(Repository.Read(project)).Descendants(kind);

    private static string Include(XElement element) => (string)element.Attribute("Include")!;

    private static string Name(string project) => Path.GetFileNameWithoutExtension(project.Replace('\\', '/'));
}
