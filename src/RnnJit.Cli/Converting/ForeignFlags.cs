using System.CommandLine;
using RnnJit.Networks;

namespace RnnJit.Cli.Converting;

/// <summary>Options for the facts that weights of another library do not tell.</summary>
internal sealed class ForeignFlags
{
    public Option<string> Prefix { get; } =
        CommonOptions.Text("--prefix", "Of PyTorch: read the tensors whose names begin so, without it", "");

    public Option<string> Nonlinearity { get; } =
        CommonOptions.Text("--nonlinearity", "The function of a simple recurrent network: tanh or relu", "tanh");

    public Option<bool> BatchFirst { get; } = new("--batch-first") { Description = "Of PyTorch: sequences are [B, T, …]" };

    public Option<bool> LastStep { get; } = new("--last-step") { Description = "The model's result is that of the last step" };

    /// <summary>Refuses options that the weights have no use for.</summary>
    /// <exception cref="UsageException">One is given.</exception>
    public void Require(ParseResult parsed, Library library, string input, params Option[] others)
    {
        if (library == Library.RnnJit)
            CommonOptions.RequireAbsent(parsed, $"a model of RnnJit, which '{input}' is",
                [Prefix, Nonlinearity, BatchFirst, LastStep, .. others]);
        if (library == Library.Keras)
            CommonOptions.RequireAbsent(parsed, $"weights of Keras, which '{input}' holds", Prefix, BatchFirst);
    }

    /// <exception cref="UsageException">There is no such function.</exception>
    public PyTorchOptions Torch(ParseResult parsed, bool lengths) => new()
    {
        Prefix = parsed.GetRequiredValue(Prefix),
        Nonlinearity = LibraryName.Nonlinearity(parsed.GetRequiredValue(Nonlinearity), Nonlinearity.Name),
        BatchFirst = parsed.GetValue(BatchFirst),
        LastStep = parsed.GetValue(LastStep),
        Lengths = lengths,
    };

    /// <exception cref="UsageException">There is no such function.</exception>
    public KerasOptions Keras(ParseResult parsed, bool lengths) => new()
    {
        Nonlinearity = LibraryName.Nonlinearity(parsed.GetRequiredValue(Nonlinearity), Nonlinearity.Name),
        LastStep = parsed.GetValue(LastStep),
        Lengths = lengths,
    };
}
