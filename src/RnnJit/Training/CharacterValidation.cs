using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;

namespace RnnJit.Training;

/// <summary>The loss of a character model over a text: every character except the first is predicted once.</summary>
internal sealed class CharacterValidation : IDisposable
{
    private readonly SequenceBatches batches;
    private readonly Session session;
    private readonly Tensor losses;

    public CharacterValidation(Model model, ReadOnlyMemory<int> codes, int streams, int steps)
    {
        batches = SequenceBatches.ForValidation(codes, Math.Min(streams, codes.Length - 1), steps);
        session =
            model.Open(new SessionOptions { Steps = batches.Steps, Batch = batches.Streams, Results = ["losses"], CarryState = true });
        losses = session.Output("losses");
    }

    /// <summary>Characters predicted.</summary>
    public long Targets => batches.Targets;

    /// <summary>Nats per character.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public double Run(CancellationToken cancel)
    {
        (batches.Cursor, double sum) = (0, 0);
        session.State.Reset();
        Tensor x = session.Input("x"), y = session.Input("target");

        // Spans are taken anew in each round: a span is valid until the next run, and taking it marks the tensor as changed for copying to
        // a device.
        while (batches.Next(x.Write<int>(), y.Write<int>()) > 0)
        {
            cancel.ThrowIfCancellationRequested();

            // Padding may have any class: its loss is not counted.
            foreach (ref int target in y.Write<int>())
                target = Math.Max(target, 0);
            session.Run();
            sum += Sum();
        }

        return sum / batches.Targets;
    }

    public void Dispose() => session.Dispose();

    private double Sum()
    {
        double sum = 0;
        for (int b = 0; b < batches.Streams; b++)
        {
            for (int t = 0; t < batches.ValidSteps[b]; t++)
                sum += Loss((t * batches.Streams) + b);
        }

        return sum;
    }

    private double Loss(int i) => losses.Element == ElementType.F64 ? losses.Read<double>()[i] : losses.Read<float>()[i];
}
