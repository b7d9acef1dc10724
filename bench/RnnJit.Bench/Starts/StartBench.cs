using System.Globalization;
using RnnJit.Cli.Benchmarks;

namespace RnnJit.Bench.Starts;

/// <summary>
/// From the start of a process to the first result of a trained LSTM, and the time of a training step, of the program bench/dotnet/Start
/// published ahead of time, precompiled and for the JIT, with the package and without its images. Builds run in turns; files are in the
/// cache after a first round that is not counted.
/// </summary>
internal static class StartBench
{
    private static readonly string[] Ahead = ["-r", "linux-x64", "-p:StartMode=aot"];
    private static readonly string[] Precompiled = ["-r", "linux-x64", "-p:StartMode=r2r"];

    private static readonly StartBuild[] Builds =
    [
        new("AOT native", [.. Ahead, "-p:IlcInstructionSet=native"]),
        new("AOT x86-64-v3", [.. Ahead, "-p:IlcInstructionSet=x86-64-v3"]),
        new("AOT", [.. Ahead, "-p:RnnJitWarnVectors=false"]),
        new("ReadyToRun, composite", [.. Precompiled, "--self-contained", "true", "-p:PublishReadyToRunComposite=true"]),
        new("ReadyToRun with generics", [.. Precompiled, "--self-contained", "false", "-p:StartGenerics=true"]),
        new("ReadyToRun", [.. Precompiled, "--self-contained", "false"]),
        new("JIT, package", ["-p:StartMode=package"]),
        new("JIT, no images", []),
        new("JIT, 256 bits", [], IsWide: false),
    ];

    /// <param name="args">Options: <c>--rounds N</c>, <c>--seconds S</c> of each training, <c>--other FOLDER</c>, the clone of an earlier
    /// build, whose start is measured beside.</param>
    /// <returns>The exit code.</returns>
    public static int Execute(string[] args)
    {
        string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
        int rounds = int.Parse(Option("--rounds") ?? "20", CultureInfo.InvariantCulture);
        string seconds = Option("--seconds") ?? "5", root = Root();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("rnnjit-start-");
        try
        {
            string[] feed = Pack(root, folder.FullName);
            List<Row> rows = [.. Builds.Select(build => Row.Of(
                build.IsPackage ? build with { Options = [.. build.Options, .. feed] } : build, root, folder.FullName))];
            if (Option("--other") is { } other)
            {
                foreach (StartBuild build in Builds.Where(build => build.Name is "ReadyToRun" or "JIT, no images"))
                    rows.Add(Row.Of(build with { Name = build.Name + " before", Options = [.. build.Options, "-p:StartOnly=true"] },
                        Path.GetFullPath(other), folder.FullName));
            }

            Starts(rows, rounds);
            Steps([.. rows.Where(row => row.Trains)], seconds);
            Print(rows);
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // The package with a version of its own, since packages stay in the cache of the machine.
    private static string[] Pack(string root, string folder)
    {
        string feed = Path.Combine(folder, "feed"), version = $"0.1.0-start.{DateTime.UtcNow.Ticks}";
        Console.Error.WriteLine("packing");
        StartBuild.Require("The package", ["pack", Path.Combine(root, "src", "RnnJit"), "-c", "Release", "-v", "q", "-nodeReuse:false",
            "-p:RunAnalyzers=false", $"-p:PackageVersion={version}", "-o", feed]);
        return [$"-p:StartFeed={feed}", $"-p:StartVersion={version}"];
    }

    private static void Starts(List<Row> rows, int rounds)
    {
        for (int round = 0; round <= rounds; round++)
        {
            foreach (Row row in rows)
            {
                var (_, time, methods) = row.Build.First(row.Program, ["first", row.Model]);
                row.Methods = methods;
                if (round > 0)
                    row.Starts.Add(time);
            }
        }
    }

    // Five turns of each.
    private static void Steps(Row[] rows, string seconds)
    {
        for (int turn = 0; turn < 5; turn++)
        {
            foreach (Row row in rows)
                row.Steps.Add([.. row.Build.First(row.Program, ["step", seconds]).Line.Split(' ')
                    .Select(number => double.Parse(number, CultureInfo.InvariantCulture))]);
        }
    }

    private static void Print(List<Row> rows)
    {
        var table = new TextTable("build", "start, best", "median", "training step, best", "median", "methods", "MB");
        foreach (Row row in rows)
            table.Add([row.Build.Name, Text(row.Starts.Min()), Text(Median(row.Starts)),
                row.Trains ? Text(row.Steps.Min(step => step[0])) : "",
                row.Trains ? Text(Median([.. row.Steps.Select(step => step[1])])) : "", row.Methods, Text(row.Megabytes)]);
        table.Print(Console.Out, markdown: true);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string Text(double value) => value.ToString(value < 20 ? "0.00" : "0", CultureInfo.InvariantCulture);

    private static string Root()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "RnnJit.sln")))
                return folder;
        }

        throw new InvalidOperationException("The clone was not found (run the benchmark from its build folder)");
    }

    private sealed record Row(StartBuild Build, string Program, string Model, double Megabytes)
    {
        public List<double> Starts { get; } = [];

        public List<double[]> Steps { get; } = [];

        /// <summary>Methods that the JIT compiled until the first result.</summary>
        public string Methods { get; set; } = "";

        public bool Trains => !Build.Options.Contains("-p:StartOnly=true");

        public static Row Of(StartBuild build, string root, string folder)
        {
            Console.Error.WriteLine($"building {build.Name}");
            string program = build.Publish(Path.Combine(Root(), "bench", "dotnet", "Start", "Start.csproj"), root, folder);
            double bytes = new DirectoryInfo(Path.GetDirectoryName(program)!).EnumerateFiles("*", SearchOption.AllDirectories)
                .Where(file => file.Extension is not (".pdb" or ".dbg" or ".xml")).Sum(file => file.Length);
            string model = program + ".safetensors";
            using var made = System.Diagnostics.Process.Start(program, ["make", model]);
            made.WaitForExit();
            return new Row(build, program, model, bytes / (1 << 20));
        }
    }
}
