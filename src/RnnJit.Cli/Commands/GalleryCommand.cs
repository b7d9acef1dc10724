using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RnnJit.Cli.Gallery;
using RnnJit.Gallery;
using RnnJit.Gallery.Systems;
using RnnJit.Ir;

namespace RnnJit.Cli.Commands;

/// <summary>
/// <c>rnnjit gallery</c>: systems of lectures on recurrent networks, listed; <c>rnnjit gallery run NAME</c>: one of them, run.
/// </summary>
internal static class GalleryCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("gallery",
            """
            List systems of lectures on recurrent networks: each with what it shows, its source, the figure to compare with, and ours.

            Examples:
              rnnjit gallery
              rnnjit gallery run recognizer
              rnnjit gallery run hello --quick --seeds 3 --out pages
            """);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(CommonOptions.Json))
                terminal.Out.WriteLine(JsonSerializer.Serialize(GallerySystems.All.Select(Json)));
            else
                List(terminal.Out);
            return ExitCode.Success;
        });
        command.Add(CreateRun(terminal));
        return command;
    }

    private static Command CreateRun(Terminal terminal)
    {
        var name = new Argument<string>("name") { Description = "A system that 'rnnjit gallery' lists" };
        Option<string?> data = CommonOptions.Optional("--data", "The directory with the data set of a system that reads one; "
            + "default: datasets in the folder that the environment variable RNNJIT_DATA names", "folder");
        var quick = new Option<bool>("--quick") { Description = "A small budget: seconds in place of minutes" };
        Option<int> seeds = CommonOptions.Number("--seeds", "Seeds 1 to this many; figures hold for all of them", 1);
        Option<string> target = CommonOptions.Text("--out",
            "The folder for page, pictures and results.tsv; it is made where it is not there", "gallery");
        target.HelpName = "folder";
        var command = new Command("run", "Run a system, print its figures beside what is wanted, and write its page; exit code 1 "
            + "where a figure is not met")
        {
            name, data, quick, seeds, target,
        };
        command.SetAction(parsed =>
        {
            IGallerySystem system = Find(parsed.GetRequiredValue(name));
            if (parsed.GetValue(seeds) < 1)
                throw new UsageException($"{seeds.Name} is {parsed.GetValue(seeds)}, wanted 1 or more (change it)");
            var context = new GalleryContext
            {
                Quick = parsed.GetValue(quick), Seeds = parsed.GetValue(seeds), Threads = parsed.GetValue(CommonOptions.Threads),
                Data = DataOf(system.Facts, parsed.GetValue(data), parsed.GetValue(quick),
                    Environment.GetEnvironmentVariable("RNNJIT_DATA")),
            };
            var folder = new GalleryFolder(parsed.GetRequiredValue(target), system.Facts.Name);
            return new GalleryRun(system, terminal, folder, parsed.GetValue(CommonOptions.Json)).Run(context);
        });
        return command;
    }

    private static IGallerySystem Find(string name)
    {
        string[] known = [.. GallerySystems.All.Select(system => system.Facts.Name)];
        return GallerySystems.Find(name)
            ?? throw new UsageException($"No system is called '{name}' ({NearName.Suggest(name, known)}known: {string.Join(", ", known)})");
    }

    /// <summary>
    /// The data directory of a system: the one that is given, else the folder datasets of the reference data.
    /// </summary>
    /// <param name="quick">Whether the budget is small: then the system makes its data itself where no directory is known.</param>
    /// <param name="root">The folder of the reference data, by the environment variable RNNJIT_DATA; null or empty for none.</param>
    /// <returns>Null where the system reads none.</returns>
    /// <exception cref="UsageException">A directory is given that nobody reads, or the data set is not in it.</exception>
    internal static string? DataOf(SystemFacts facts, string? given, bool quick = false, string? root = null)
    {
        if (facts.Data is not { } data)
        {
            return given is null ? null
                : throw new UsageException($"--data has no meaning with the system '{facts.Name}', which makes its data itself (leave "
                    + $"it out)");
        }

        string cure = $"get {data.Name} from {data.Origin}, licence {data.Licence}, and name its directory by --data";
        if (given is null && !string.IsNullOrEmpty(root))
            given = Path.Combine(root, "datasets");
        if (given is null && quick)
            return null;
        if (given is null)
            throw new UsageException($"The system '{facts.Name}' reads '{data.File}' of {data.Name}, found no --data ({cure})");
        string path = Path.Combine(given, data.File);
        return File.Exists(path) || Directory.Exists(path) ? given
            : throw new UsageException($"'{given}' has no '{data.File}', which the system '{facts.Name}' reads ({cure})");
    }

    private static void List(TextWriter to)
    {
        foreach (IGallerySystem system in GallerySystems.All)
        {
            SystemFacts facts = system.Facts;
            to.WriteLine($"{facts.Name,-16}{facts.Shows}");
            foreach (var (head, text) in new[] { ("shape", facts.Shape), ("source", facts.Source), ("reference", facts.Reference),
                ("ours", Ours(facts)) })
                to.WriteLine($"{"",-16}{head,-11}{text}");
        }
    }

    private static ResultRow? Recorded(SystemFacts facts) => ResultRow.Recorded().LastOrDefault(row => row.System == facts.Name);

    private static string Ours(SystemFacts facts) => Recorded(facts) is { Figures: [var (name, found), ..] } row
        ? string.Create(CultureInfo.InvariantCulture, $"{name}: {found} ({row.Date:yyyy-MM-dd}, {row.Seeds} "
            + $"seed{(row.Seeds == 1 ? "" : "s")}, {row.Seconds:0} s)")
        : "not run yet";

    private static object Json(IGallerySystem system) => new
    {
        name = system.Facts.Name,
        shape = system.Facts.Shape,
        shows = system.Facts.Shows,
        source = system.Facts.Source,
        reference = system.Facts.Reference,
        ours = Ours(system.Facts),
    };
}
