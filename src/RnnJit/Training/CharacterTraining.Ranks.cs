using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RnnJit.Ir;

namespace RnnJit.Training;

/// <content>Shards and ranks.</content>
public sealed partial class CharacterTraining
{
    private const string ShardsKey = "shards";

    // Of the message of a measurement: loss, whether it was cancelled, whether the rank is asked to end, hash of the parameters.
    private const int Cancelled = sizeof(double), Stop = Cancelled + 1, Digest = Stop + 1, MessageBytes = Digest + SHA256.HashSizeInBytes;

    private double StepWhole()
    {
        batches.Read(trainer.Input("x").Write<int>(), trainer.Input("target").Write<int>(), 0, batches.Streams);
        return trainer.Step();
    }

    private void FillShard(int shard) => batches.Read(trainer.Input("x").Write<int>(), trainer.Input("target").Write<int>(),
        sharded!.Plan.FirstRow(shard), sharded.Plan.Rows);

    private double MeasureTogether(CancellationToken cancel)
    {
        byte[] own = new byte[MessageBytes], all = new byte[MessageBytes * ranks.Count];
        try
        {
            BinaryPrimitives.WriteDoubleLittleEndian(own, validation?.Run(cancel) ?? 0);
        }
        catch (OperationCanceledException)
        {
            own[Cancelled] = 1;
        }

        own[Stop] = cancel.IsCancellationRequested ? (byte)1 : (byte)0;
        ParameterHash().CopyTo(own, Digest);
        ranks.AllGather(own, all);
        Stopped = Enumerable.Range(0, ranks.Count).Any(rank => all[(rank * MessageBytes) + Stop] != 0);
        if (all[Cancelled] != 0)
            throw new OperationCanceledException(cancel);
        ReadOnlySpan<byte> first = all.AsSpan(Digest, SHA256.HashSizeInBytes);
        for (int rank = 1; rank < ranks.Count; rank++)
        {
            if (!first.SequenceEqual(all.AsSpan((rank * MessageBytes) + Digest, SHA256.HashSizeInBytes)))
                throw new RanksException($"Rank {rank} has other parameters than rank 0 after update {Done}, so their machines compute "
                    + "different numbers (use machines of one kind with one version of libc, and check their memory)");
        }

        return BinaryPrimitives.ReadDoubleLittleEndian(all);
    }

    private byte[] ParameterHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (_, tensor) in Model.Model.Parameters)
        {
            hash.AppendData(tensor.Element == ElementType.F64
                ? MemoryMarshal.AsBytes(tensor.Read<double>())
                : MemoryMarshal.AsBytes(tensor.Read<float>()));
        }

        return hash.GetHashAndReset();
    }
}
