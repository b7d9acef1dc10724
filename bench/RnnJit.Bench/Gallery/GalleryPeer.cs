using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics;
using System.Text.Json;
using RnnJit.Cli.Peers;
using RnnJit.Data;
using RnnJit.Training;

namespace RnnJit.Bench.Gallery;

/// <summary>A process of PyTorch that trains systems of the gallery; bench/peers/gallery_peer.py says how.</summary>
internal sealed class GalleryPeer : IDisposable
{
    private readonly PeerProcess process;

    private GalleryPeer(string name, PeerProcess process) => (Name, this.process) = (name, process);

    public string Name { get; }

    public int Id => process.Id;

    /// <param name="python">The Python that has PyTorch.</param>
    /// <param name="tuned">True to have it keep its memory, and its products use AVX-512 where the machine has that.</param>
    /// <exception cref="PeerException">Python or PyTorch is not there.</exception>
    public static GalleryPeer Start(string python, PeerScripts scripts, bool tuned)
    {
        var start = new ProcessStartInfo(python);
        start.ArgumentList.Add(scripts.File("gallery_peer.py"));
        if (tuned)
            start.ArgumentList.Add("kept");
        if (tuned && Vector512.IsHardwareAccelerated)
            start.ArgumentList.Add("avx512");
        var (process, missing) = PeerProcess.Start(start, threads: 1, bits: 0);
        return process is null ? throw new PeerException(missing) : new GalleryPeer(process.Tool + (tuned ? ", tuned" : ""), process);
    }

    /// <summary>Makes the network of a system with the parameters of a file.</summary>
    public void Open(string system, ILearningRate rate, string parameters) => process.Do(string.Create(
        CultureInfo.InvariantCulture, $"start {system} {rate.At(0)} {(rate is CosineRate cosine ? cosine.Half : 0)} {parameters}"));

    /// <summary>Reads batches from a file that <see cref="Write"/> made.</summary>
    public void Load(string batches) => process.Do("load " + batches);

    /// <summary>The loss of the first batch outside training.</summary>
    public double Loss() => Numbers("loss", 1)[0];

    /// <summary>A step for each batch that was read.</summary>
    /// <param name="count">The number of batches.</param>
    public TrainedBatches Train(int count) => Numbers("train", 2) is var found ? new TrainedBatches(count, found[0], found[1]) : default;

    public static void Write(string path, IEnumerable<Batch> batches)
    {
        using FileStream file = File.Create(path);
        JsonSerializer.Serialize(file, batches.Select(batch => batch.Inputs.ToDictionary(
            input => input.Key, input => new { shape = input.Value.Shape, values = input.Value.Integers.ToArray() })));
    }

    public void Dispose() => process.Dispose();

    private double[] Numbers(string line, int count)
    {
        string answer = process.Ask(line);
        string[] words = answer.Split(' ');
        var numbers = new double[count];
        for (int i = 0; i < count; i++)
        {
            if (words.Length != count || !double.TryParse(words[i], CultureInfo.InvariantCulture, out numbers[i]))
                throw new PeerException($"'{line}' was answered by '{answer}'");
        }

        return numbers;
    }
}
