using System.Runtime.CompilerServices;
using RnnJit.Cpu;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cli.Limits;

/// <summary>Bytes per second that all cores together read, each from a buffer of its own.</summary>
internal abstract class ReadBandwidth : IWork, IDisposable
{
    // A round shorter than this measures the meeting of workers.
    private const long LeastBytesPerRound = 8 << 20;

    /// <summary>Bytes that one core reads in a round.</summary>
    protected abstract double BytesPerRound { get; }

    /// <summary>In the vectors that kernels use.</summary>
    public static ReadBandwidth Of(int workers, long bytesPerCore) => CpuWidth.Width switch
    {
        512 => new Vectors<Vec512F32>(workers, bytesPerCore),
        256 => new Vectors<Vec256F32>(workers, bytesPerCore),
        _ => new Vectors<Vec128F32>(workers, bytesPerCore),
    };

    public double Measure(WorkerPool pool, double seconds) => BytesPerRound * pool.Shares / BestRound.Of(pool, this, seconds);

    public abstract void Execute(ref TeamThread thread);

    public abstract void Dispose();

    private sealed unsafe class Vectors<V> : ReadBandwidth
        where V : struct, ISimd<V, float>
    {
        private const int Sums = 8;

        private readonly NativeBuffer[] buffers;
        private readonly float[] sums;
        private readonly nint length;
        private readonly int repeats;

        public Vectors(int workers, long bytes)
        {
            length = (nint)(bytes / sizeof(float) / (Sums * V.Count) * (Sums * V.Count));
            repeats = (int)Math.Max(1, LeastBytesPerRound / bytes);
            buffers = Enumerable.Range(0, workers).Select(_ => new NativeBuffer((long)length * sizeof(float))).ToArray();
            sums = new float[workers];
        }

        protected override double BytesPerRound => (double)length * sizeof(float) * repeats;

        public override void Execute(ref TeamThread thread)
        {
            while (thread.Take(out int share))
            {
                for (int repeat = 0; repeat < repeats; repeat++)
                    sums[share] += Read(ref *(float*)buffers[share].Data, length);
            }
        }

        public override void Dispose()
        {
            foreach (NativeBuffer buffer in buffers)
                buffer.Dispose();
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private static float Read(ref float data, nint length)
        {
            V a = V.Create(0), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
            for (nint i = 0; i < length; i += Sums * V.Count)
            {
                a += V.Load(ref data, i);
                b += V.Load(ref data, i + V.Count);
                c += V.Load(ref data, i + (2 * V.Count));
                d += V.Load(ref data, i + (3 * V.Count));
                e += V.Load(ref data, i + (4 * V.Count));
                f += V.Load(ref data, i + (5 * V.Count));
                g += V.Load(ref data, i + (6 * V.Count));
                h += V.Load(ref data, i + (7 * V.Count));
            }

            return V.Sum(a + b + c + d + e + f + g + h);
        }
    }
}
