using RnnJit.Data;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Randomness;
using RnnJit.Runtime;

namespace RnnJit.Training;

/// <summary>A trained character language model, for <c>rnnjit sample</c> and applications.</summary>
public sealed class CharacterModel : IDisposable
{
    private readonly double[] probabilities;

    internal CharacterModel(Model model, Vocabulary vocabulary)
    {
        (Model, Vocabulary) = (model, vocabulary);
        probabilities = new double[vocabulary.Count];
    }

    public Model Model { get; }

    public Vocabulary Vocabulary { get; }

    /// <summary>Reads a checkpoint of <see cref="CharacterTraining"/>.</summary>
    /// <exception cref="CheckpointException">The file is missing, damaged or no character model.</exception>
    public static CharacterModel Load(string path, ModelOptions? options = null)
    {
        options ??= new ModelOptions();
        using Checkpoint checkpoint = Checkpoint.Read(path, options.MemoryLimit);
        return Read(checkpoint, options);
    }

    /// <summary>The same from what is left of a stream, which stays open.</summary>
    /// <inheritdoc cref="Load(string, ModelOptions)"/>
    public static CharacterModel Load(Stream stream, ModelOptions? options = null)
    {
        options ??= new ModelOptions();
        using Checkpoint checkpoint = Checkpoint.Read(stream, options.MemoryLimit);
        return Read(checkpoint, options);
    }

    private static CharacterModel Read(Checkpoint checkpoint, ModelOptions options)
    {
        Vocabulary vocabulary = ReadVocabulary(checkpoint);
        Model model = ModelFile.Read(checkpoint, options);
        if (Mismatch(model, vocabulary) is { } sentence)
        {
            model.Dispose();
            throw new CheckpointException($"'{checkpoint.Path}' {sentence}");
        }

        return new CharacterModel(model, vocabulary);
    }

    /// <summary>Writes characters one by one, each drawn from softmax(logits / temperature).</summary>
    /// <param name="length">Number of characters to generate after the prompt.</param>
    /// <param name="temperature">1: the model's probabilities; smaller: likelier characters more often; 0: always the likeliest.</param>
    /// <param name="prompt">Text that the model reads first; empty: a line end.</param>
    /// <param name="seed">The same seed writes the same text.</param>
    /// <returns>The characters after the prompt.</returns>
    /// <exception cref="TextDataException">The prompt has a character that the model does not know.</exception>
    public IEnumerable<string> Write(int length, double temperature = 1, string prompt = "", ulong seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (temperature is not (>= 0 and < double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature,
                $"The temperature is {temperature}, wanted 0 or more (1 is usual)");
        int[] codes =
            prompt.Length > 0 ? Vocabulary.Encode(CharacterText.From(prompt, "the prompt")) : Vocabulary.Encode("\n", skipUnknown: true);
        return Write(codes.Length > 0 ? codes : [0], length, temperature, new RandomStream(seed));
    }

    public void Dispose() => Model.Dispose();

    internal static Vocabulary ReadVocabulary(Checkpoint checkpoint)
    {
        try
        {
            return Vocabulary.FromString(checkpoint["vocabulary"]);
        }
        catch (TextDataException e)
        {
            throw new CheckpointException($"'{checkpoint.Path}': {e.Message}", e);
        }
    }

    // A character model reads a code and gives a logit for each character.
    private static string? Mismatch(Model model, Vocabulary vocabulary)
    {
        Port[] inputs = [.. model.Program.Inputs.Where(port => port.Role == PortRole.Input)];
        if (inputs.Length == 0 || inputs[0].Type.Element != ElementType.I32)
            return "holds a model that does not begin with character codes (use the checkpoint of a character model)";
        TensorType logits = model.Program.Values.Type(model.Program.Outputs[0].Value);
        return logits.Rank > 0 && logits.IsReal && Extent(logits.Dims[logits.Rank - 1], model) == vocabulary.Count
            ? null
            : $"has {vocabulary.Count} characters but its model gives {logits} (use another copy)";
    }

    private static int? Extent(Dim dim, Model model)
    {
        try
        {
            return dim.Evaluate(model.OptionsFor(steps: 1, batch: 1).Sizes);
        }
        catch (Exception e) when (e is GraphException or OverflowException)
        {
            return null;
        }
    }

    private IEnumerable<string> Write(int[] prompt, int length, double temperature, RandomStream random)
    {
        Model.ResetState();
        for (int i = 0; i < prompt.Length - 1; i++)
            Model.Step(prompt[i]);
        int code = prompt[^1];
        for (int i = 0; i < length; i++)
        {
            code = Draw(Model.Step(code), temperature, random);
            yield return Vocabulary[code].ToString();
        }
    }

    // exp((x − max) / temperature) cannot overflow; its sum is at least 1.
    private int Draw(Tensor logits, double temperature, RandomStream random)
    {
        int best = 0;
        for (int i = 1; i < probabilities.Length; i++)
        {
            if (Logit(logits, i) > Logit(logits, best))
                best = i;
        }

        if (temperature == 0)
            return best;

        double sum = 0;
        for (int i = 0; i < probabilities.Length; i++)
            sum += probabilities[i] = Math.Exp((Logit(logits, i) - Logit(logits, best)) / temperature);
        double rest = random.NextDouble() * sum;
        for (int i = 0; i < probabilities.Length; i++)
        {
            rest -= probabilities[i];
            if (rest < 0)
                return i;
        }

        return best;
    }

    private static double Logit(Tensor logits, int i) =>
        logits.Element == ElementType.F64 ? logits.Read<double>()[i] : logits.Read<float>()[i];
}
