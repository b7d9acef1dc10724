using System.Diagnostics;
using System.Globalization;
using RnnJit.Cli.Layers;
using RnnJit.Files;
using RnnJit.Runtime;

namespace RnnJit.Cli.Peers;

/// <summary>The tools that are installed, each in its process, for one number of threads.</summary>
internal sealed class PeerGroup : IDisposable
{
    private readonly PeerScripts scripts = new();
    private readonly List<PeerProcess> processes = [];

    /// <param name="threads">How many each may use.</param>
    /// <param name="bits">Vectors that they are held to; 0: as they like.</param>
    public PeerGroup(int threads, int bits, IEnumerable<PeerTool>? tools = null)
    {
        var missing = new List<(string, string)>();
        foreach (PeerTool tool in tools ?? PeerTool.All)
        {
            if (!tool.Fits(bits, IsaFlag.BitsOfMachine))
            {
                missing.Add((tool.Name,
                    $"it has no switch for vectors, and would use {IsaFlag.BitsOfMachine} bits where all others use at most {bits}"));
                continue;
            }

            var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? "python" : "python3");
            start.ArgumentList.Add(scripts.File(tool.Script));
            var (process, sentence) = PeerProcess.Start(start, threads, bits);
            if (process is null)
                missing.Add((tool.Name, sentence));
            else
                processes.Add(process);
        }

        Missing = missing;
    }

    /// <summary>Tools that are not there, and why.</summary>
    public IReadOnlyList<(string Tool, string Why)> Missing { get; }

    public IReadOnlyList<string> Tools => [.. processes.Select(process => process.Tool)];

    /// <summary>Gives each tool the layer with the numbers of ours, and compares what comes out.</summary>
    /// <returns>The tools that have such a layer, with the difference, and the reasons of the others.</returns>
    public (IReadOnlyList<PeerLayer> Layers,
        IReadOnlyList<(string Tool, string Why)> Without) Make(LayerRequest request, Executable executable)
    {
        if (processes.Count == 0)
            return ([], []);
        if (PeerLayout.Of(request.Cell) is not { } layout || request.Precision != Ir.ElementType.F32)
            return ([], [.. processes.Select(process => (process.Tool, $"it has no such layer (peers have {PeerLayout.Cells} in f32)"))]);

        string given = scripts.File("given.safetensors");
        layout.Write(given, executable);
        executable.Run();
        var ours = layout.Results(executable, request.Training).ToArray();
        double tolerance = PeerDifference.ToleranceOf(request.Steps, request.Weights);
        var layers = new List<PeerLayer>();
        var without = new List<(string, string)>();
        foreach (PeerProcess process in processes)
        {
            try
            {
                process.Do(string.Create(CultureInfo.InvariantCulture,
                    $"mk {layout.Name} {(request.Training ? "training" : "forward")} {request.Steps} {request.Batch} "
                        + $"{request.Inputs ?? request.Hidden} {request.Hidden} {request.ThreadCount} {given}"));
                process.Do($"run {scripts.File("found.safetensors")}");
                var found = SafetensorsFile.Read(scripts.File("found.safetensors"));
                layers.Add(new PeerLayer(process, PeerDifference.Between(ours,
                    name => found.Tensors.TryGetValue(name, out var tensor) ? tensor.ToSingle() : null, tolerance)));
            }
            catch (PeerException e)
            {
                without.Add((process.Tool, e.Message));
            }
        }

        return (layers, without);
    }

    public void Dispose()
    {
        foreach (PeerProcess process in processes)
            process.Dispose();
        scripts.Dispose();
    }
}

/// <summary>A tool that is ready to run a layer.</summary>
internal sealed record PeerLayer(PeerProcess Process, PeerDifference Difference);
