using RnnJit.Randomness;

namespace RnnJit.Cli.Fuzzing;

/// <summary>The kind of valid file that a class of mutations damages.</summary>
internal enum MutationTarget
{
    /// <summary>Any checkpoint.</summary>
    Checkpoint,

    /// <summary>A checkpoint of a training.</summary>
    Training,

    /// <summary>The text of a Program or cell: in a checkpoint or in an .ir file.</summary>
    Text,

    /// <summary>A file of weights, as bytes.</summary>
    Weights,
}

/// <summary>A class of mutations: one kind of damage at a place that the random numbers choose.</summary>
internal sealed class Mutation
{
    private Mutation(string name, MutationTarget target) => (Name, Target) = (name, target);

    /// <summary>Area and kind, such as <c>layout.overlap</c>.</summary>
    public string Name { get; }

    public MutationTarget Target { get; }

    /// <summary>Damages a checkpoint.</summary>
    public Action<ForgedFile, RandomStream> Apply { get; private init; } = (_, _) => { };

    /// <summary>Damages a text.</summary>
    public Func<string, RandomStream, string> Edit { get; private init; } = (text, _) => text;

    /// <summary>Damages the bytes of a file; the second array is another valid one.</summary>
    public Func<byte[], byte[], RandomStream, byte[]> Damage { get; private init; } = (bytes, _, _) => bytes;

    /// <summary>The action of a reader in place of reading, for the classes that show that a failure is noticed.</summary>
    public Action? Sabotage { get; private init; }

    /// <summary>The action of a reader in place of reading, as a part of Load.</summary>
    public Action? SabotageOfLoad { get; private init; }

    public bool IsControl => Sabotage is not null || SabotageOfLoad is not null;

    public static Mutation OfFile(string name, Action<ForgedFile, RandomStream> apply) =>
        new(name, MutationTarget.Checkpoint) { Apply = apply };

    public static Mutation OfTraining(string name, Action<ForgedFile, RandomStream> apply) =>
        new(name, MutationTarget.Training) { Apply = apply };

    public static Mutation OfText(string name, Func<string, RandomStream, string> edit) => new(name, MutationTarget.Text) { Edit = edit };

    public static Mutation OfWeights(string name, Func<byte[], byte[], RandomStream, byte[]> damage) =>
        new(name, MutationTarget.Weights) { Damage = damage };

    public static Mutation OfReader(string name, Action sabotage) => new(name, MutationTarget.Checkpoint) { Sabotage = sabotage };

    public static Mutation OfLoad(string name, Action sabotage) => new(name, MutationTarget.Checkpoint) { SabotageOfLoad = sabotage };
}
