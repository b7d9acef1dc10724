using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace RnnJit.Cli.Peers;

/// <summary>A tool in a process of its own that answers a line with a line.</summary>
internal sealed class PeerProcess : IDisposable
{
    // Of oneDNN, of PyTorch's own kernels, and of OpenBLAS. ONNX Runtime has no such switch.
    private static readonly string[] VectorVariables = ["ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY", "OPENBLAS_CORETYPE"];

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Process process;
    private readonly StringBuilder errors = new();
    private readonly object gate = new();

    private PeerProcess(Process process)
    {
        this.process = process;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (gate)
                errors.AppendLine(line.Data);
        };
        process.BeginErrorReadLine();
    }

    /// <summary>The number that the system knows it by.</summary>
    public int Id => process.Id;

    /// <summary>Name and version; empty where the tool gives none.</summary>
    public string Tool { get; private set; } = "";

    /// <summary>Starts a tool.</summary>
    /// <param name="start">What to start.</param>
    /// <param name="threads">How many threads it uses.</param>
    /// <param name="bits">Vectors that it is held to; 0: as it likes, whatever the environment wants.</param>
    /// <returns>The process, or the sentence that says what is missing.</returns>
    public static (PeerProcess? Process, string Missing) Start(ProcessStartInfo start, int threads, int bits)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.UseShellExecute = false;

        // The last one is the name that oneDNN's variable had before.
        foreach (string name in (string[])[.. VectorVariables, "DNNL_MAX_CPU_ISA"])
            start.Environment.Remove(name);
        foreach (var (name, value) in Variables(threads, bits))
            start.Environment[name] = value;
        PeerProcess peer;
        try
        {
            peer = new PeerProcess(Process.Start(start)!);
        }
        catch (Win32Exception)
        {
            return (null, $"'{start.FileName}' is not installed (install it and the tools that bench/peers/README.md names)");
        }

        string answer;
        try
        {
            answer = peer.Read();
        }
        catch (PeerException e)
        {
            peer.Dispose();
            return (null, e.Message);
        }

        // 'bench serve' names no tool.
        if (answer == "ready" || answer.StartsWith("ready ", StringComparison.Ordinal))
        {
            peer.Tool = answer["ready".Length..].TrimStart();
            return (peer, "");
        }

        peer.Dispose();
        return (null, answer.StartsWith("missing ", StringComparison.Ordinal) ? answer["missing ".Length..] : $"it says '{answer}'");
    }

    /// <summary>True where a limit on vector width is narrower than what tools use by default: 256 or 128 bits.</summary>
    /// <param name="bits">0: as they like.</param>
    public static bool IsNarrow(int bits) => bits is 256 or 128;

    /// <summary>Asks for something that is answered by <c>ok</c>.</summary>
    /// <exception cref="PeerException">The tool cannot do it, or ended.</exception>
    public void Do(string line)
    {
        string answer = Ask(line);
        if (answer != "ok")
            throw new PeerException(
                answer.StartsWith("error ", StringComparison.Ordinal) ? answer["error ".Length..] : $"it answers '{answer}'");
    }

    /// <summary>The times of as many runs as fit, at least one.</summary>
    /// <exception cref="PeerException">The tool failed or ended.</exception>
    public double[] Time(double seconds)
    {
        string answer = Ask(string.Create(CultureInfo.InvariantCulture, $"t {seconds}"));
        try
        {
            return [.. answer.Split(' ').Select(time => double.Parse(time, CultureInfo.InvariantCulture))];
        }
        catch (FormatException)
        {
            throw new PeerException(
                answer.StartsWith("error ", StringComparison.Ordinal) ? answer["error ".Length..] : $"it answers '{answer}'");
        }
    }

    public void Dispose()
    {
        try
        {
            process.StandardInput.Close();
            if (!process.WaitForExit(TimeSpan.FromSeconds(5)))
                process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or Win32Exception)
        {
            // It ended by itself.
        }

        process.Dispose();
    }

    private static IEnumerable<(string Name, string Value)> Variables(int threads, int bits)
    {
        foreach (string name in (string[])["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"])
            yield return (name, threads.ToString(CultureInfo.InvariantCulture));
        yield return ("PYTHONDONTWRITEBYTECODE", "1");
        if (!IsNarrow(bits))
        {
            // OpenBLAS uses its Haswell kernels (AVX2) on processors that it does not know; this names the kernels for AVX-512.
            if (Avx512BW.VL.IsSupported && Avx512DQ.VL.IsSupported)
                yield return ("OPENBLAS_CORETYPE", "SkylakeX");
            yield break;
        }

        string[] values = bits == 256 ? ["AVX2", "avx2", "Haswell"] : ["SSE41", "default", "Nehalem"];
        foreach (var (name, value) in VectorVariables.Zip(values))
            yield return (name, value);
    }

    /// <summary>The answer to a line.</summary>
    /// <exception cref="PeerException">The tool ended.</exception>
    public string Ask(string line)
    {
        try
        {
            process.StandardInput.Write(line + "\n");
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            throw Ended();
        }

        return Read();
    }

    private string Read()
    {
        Task<string?> line = process.StandardOutput.ReadLineAsync();
        if (!line.Wait(Patience))
            throw new PeerException($"it has not answered for {Patience.TotalMinutes} minutes");
        return line.Result ?? throw Ended();
    }

    private PeerException Ended()
    {
        // The wait without an end also waits for the last line of errors.
        if (process.WaitForExit(TimeSpan.FromSeconds(2)))
            process.WaitForExit();
        lock (gate)
        {
            string last = errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .LastOrDefault() ?? "nothing";
            return new PeerException($"it ended and said: {last}");
        }
    }
}

/// <summary>A tool cannot do what it is asked for; the message is a clause about it.</summary>
internal sealed class PeerException(string message) : Exception(message);
