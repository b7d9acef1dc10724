using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RnnJit.Runtime;

namespace RnnJit.Cli;

/// <param name="Tool">Name and version, or why there is no result.</param>
/// <param name="Seconds">Sorted times; empty when skipped.</param>
internal sealed record PeerResult(string Tool, double[] Seconds);

/// <summary>PyTorch in a process of its own, timed on the same shape.</summary>
internal static class TorchPeer
{
    private const string Script = """
        import json, sys, time, os
        cell, training, T, B, I, H, threads, seconds = sys.argv[1], sys.argv[2] == "1", *map(int, sys.argv[3:8]), float(sys.argv[8])
        os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(threads)
        import torch
        torch.set_num_threads(threads)
        m = {"lstm": torch.nn.LSTM, "gruresetafter": torch.nn.GRU, "elman": torch.nn.RNN}[cell](I, H)
        x = torch.randn(T, B, I)
        k = torch.full((T, B, H), .5)
        def run():
            if not training:
                with torch.no_grad(): m(x)
                return
            for p in m.parameters(): p.grad = None
            m(x)[0].backward(k)
        for _ in range(3): run()
        times, end = [], time.perf_counter() + seconds
        while time.perf_counter() < end or len(times) < 5:
            s = time.perf_counter(); run(); times.append(time.perf_counter() - s)
        print(json.dumps({"Tool": "PyTorch " + torch.__version__, "Seconds": sorted(times)}))
        """;

    public static PeerResult Run(string cell, Executable executable, bool training, int threads, double seconds)
    {
        string name = cell.ToLowerInvariant();
        if (name is not ("lstm" or "gruresetafter" or "elman"))
            return new PeerResult($"it has no cell '{cell}' (lstm, gruresetafter, elman)", []);

        var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? "python" : "python3") { RedirectStandardOutput = true, RedirectStandardError = true };
        IReadOnlyDictionary<string, int> sizes = executable.Options.Sizes;
        string[] arguments = ["-c", Script, name, training ? "1" : "0", Text(sizes["T"]), Text(sizes["B"]), Text(sizes["X"]), Text(sizes["H"]), Text(threads > 0 ? threads : Environment.ProcessorCount), Text(seconds)];
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0
                ? JsonSerializer.Deserialize<PeerResult>(output)!
                : new PeerResult("python3 says: " + (errors.Result.Trim().Split('\n').LastOrDefault() ?? "nothing"), []);
        }
        catch (Win32Exception)
        {
            return new PeerResult("python3 is not installed (install it with torch)", []);
        }
    }

    private static string Text<T>(T number)
        where T : IFormattable => number.ToString(null, CultureInfo.InvariantCulture);
}
