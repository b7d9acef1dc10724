using RnnJit.Data;
using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Training;

/// <summary>
/// Results of a model for batches of any shape: the counterpart of <see cref="Trainer.Step(Batch)"/> outside training. Every batch starts
/// from zero states. Not safe for concurrent use.
/// </summary>
public sealed class Evaluator : IDisposable
{
    private const int StepMultiple = 8, MostShapes = 64;

    private readonly Model model;
    private readonly string[] results;
    private readonly BatchShape shape;
    private readonly HashSet<string> read;
    private readonly LinkedList<(string Key, Session Session)> open = [];
    private bool disposed;

    /// <param name="results">Names of outputs or named values; none: the model's first output.</param>
    /// <exception cref="GraphException">RNNJ165: there is no such result.</exception>
    public Evaluator(Model model, params IReadOnlyList<string> results)
    {
        (this.model, this.results) = (model, results.Count > 0 ? [.. results] : [model.Program.Outputs[0].Name]);
        if (this.results.FirstOrDefault(name => model.Program.OutputIndex(name) < 0) is { } unknown)
            throw ProgramCut.Unknown(model.Program, unknown);
        Graph part = ProgramSlice.Run(model.Program, output => this.results.Contains(output.Name), masks: false);
        shape = new BatchShape(part, model.Sizes, StepMultiple);
        read = [.. part.Inputs.Select(port => port.Name)];
    }

    /// <summary>
    /// Computes the results of a batch; inputs that they do not need, such as targets, are not read. Steps of sequences with lengths are
    /// rounded up to a multiple of 8, so a result may have more steps than the batch; where a result is a mean over all steps, they stay
    /// as they are.
    /// </summary>
    /// <returns>The session that ran; its outputs are valid until the next call.</returns>
    /// <exception cref="GraphException">RNNJ150, RNNJ151: an input is missing or its shape does not fit.</exception>
    /// <exception cref="UnknownNameException">The batch gives an input that the network does not have.</exception>
    /// <exception cref="ArgumentException">A length is negative or beyond the steps of the batch, or Batch.Rows is more than its inputs
    /// have.</exception>
    /// <exception cref="ObjectDisposedException">This or the model was disposed.</exception>
    public Session Run(Batch batch)
    {
        if (disposed)
            throw new ObjectDisposedException(null, $"The evaluator of '{model.Program.Name}' was disposed (make a new one)");
        if (batch.Inputs.Keys.FirstOrDefault(name => model.Program.InputIndex(name) < 0) is { } unknown)
        {
            throw new UnknownNameException($"Program '{model.Program.Name}'", "input", unknown,
                model.Program.Inputs.Where(port => port.Role != PortRole.Parameter).Select(port => port.Name));
        }

        Batch needed = batch with { Inputs = batch.Inputs.Where(input => read.Contains(input.Key)).ToDictionary() };
        Session session = Of(shape.Of(needed));
        shape.Fill(needed, session.Input);
        session.Run();
        return session;
    }

    /// <summary>Frees all sessions.</summary>
    public void Dispose()
    {
        disposed = true;
        foreach (var (_, session) in open)
            session.Dispose();
        open.Clear();
    }

    // The most recently used shape comes first.
    private Session Of(Dictionary<string, int> sizes)
    {
        string key = string.Join(' ', sizes.OrderBy(size => size.Key, StringComparer.Ordinal).Select(size => $"{size.Key}={size.Value}"));
        LinkedListNode<(string Key, Session Session)>? known = open.First;
        while (known is not null && known.Value.Key != key)
            known = known.Next;
        if (known is not null)
        {
            open.Remove(known);
            open.AddFirst(known);
            return known.Value.Session;
        }

        Session made = model.Open(new SessionOptions
        {
            Steps = sizes["T"], Batch = sizes["B"], Results = results,
            Sizes = sizes.Where(size => size.Key is not ("T" or "B")).ToDictionary(),
        });
        open.AddFirst((key, made));
        if (open.Count > MostShapes)
        {
            open.Last!.Value.Session.Dispose();
            open.RemoveLast();
        }

        return made;
    }
}
