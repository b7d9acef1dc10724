using RnnJit.Randomness;

namespace RnnJit.Cli.Fuzzing;

/// <summary>A damaged file on the disk.</summary>
/// <param name="Index">With the seed it fixes the file.</param>
/// <param name="IsTraining">True where it was made of a training checkpoint.</param>
/// <param name="IsWeights">True where it is a file of weights of another library, or of arrays.</param>
internal sealed record Mutant(int Index, Mutation Class, string Path, bool IsTraining, bool IsWeights = false)
{
    /// <summary>True where the file is the text of a cell, false where it is a checkpoint.</summary>
    public bool IsText => Path.EndsWith(".ir", StringComparison.Ordinal);
}

/// <summary>Which mutants a run makes: all classes in turn, or those of one class.</summary>
/// <param name="Format">The extension of files of weights; null: checkpoints and texts of cells.</param>
internal sealed record MutantPlan(ulong Seed, Mutation? Only, string? Format = null)
{
    private readonly int offset = Only is null ? -1 : Table(Format).ToList().IndexOf(Only);

    /// <summary>The index of the run's mutant number <paramref name="count"/>. A mutant has the same index in a run
    /// over one class and over all.</summary>
    public int Index(int count) => offset < 0 ? count : checked((count * Table(Format).Count) + offset);

    public Mutation Class(int index) => Only is not null && offset < 0 ? Only : Table(Format)[index % Table(Format).Count];

    /// <summary>True for classes whose mutants are failures of a reader, made on purpose, in place of damaged files.</summary>
    public bool IsControl => Only is { IsControl: true };

    /// <summary>Writes a mutant into a folder.</summary>
    /// <param name="seeds">Null: the file is empty, which a control does not mind.</param>
    public Mutant Make(int index, FuzzSeeds? seeds, string folder)
    {
        Mutation mutation = Class(index);
        return seeds is null ? Empty(index, mutation, folder) : Make(index, mutation, seeds, folder);
    }

    /// <summary>Writes a mutant of a file of weights.</summary>
    public Mutant Make(int index, WeightSeeds seeds, string folder)
    {
        var random = new RandomStream(Seed, (ulong)index);
        Mutation mutation = Class(index);
        string path = Path.Combine(folder, $"{index}.{Format}");
        byte[] seed = [.. random.One(seeds.Files)], other = random.One(seeds.Files);
        File.WriteAllBytes(path, mutation.Damage(seed, other, random));
        return new Mutant(index, mutation, path, IsTraining: false, IsWeights: true);
    }

    private static IReadOnlyList<Mutation> Table(string? format) =>
        format is null ? MutationTable.All : WeightMutations.Of(format);

    private static Mutant Empty(int index, Mutation mutation, string folder)
    {
        string path = Path.Combine(folder, $"{index}.safetensors");
        File.WriteAllBytes(path, []);
        return new Mutant(index, mutation, path, IsTraining: false);
    }

    private Mutant Make(int index, Mutation mutation, FuzzSeeds seeds, string folder)
    {
        var random = new RandomStream(Seed, (ulong)index);
        bool text = mutation.Target == MutationTarget.Text && random.NextInt32(3) == 0;
        string path = Path.Combine(folder, $"{index}.{(text ? "ir" : "safetensors")}");
        if (text)
        {
            File.WriteAllText(path, mutation.Edit(random.One(seeds.Cells), random));
            return new Mutant(index, mutation, path, IsTraining: false);
        }

        ForgedFile seed = random.One(mutation.Target == MutationTarget.Training ? seeds.Trainings : seeds.Checkpoints);
        Damaged(seed.Clone(), mutation, random).Write(path);
        return new Mutant(index, mutation, path, seed.IsTraining);
    }

    private static ForgedFile Damaged(ForgedFile file, Mutation mutation, RandomStream random)
    {
        if (mutation.Target == MutationTarget.Text)
        {
            string key = file.IsTraining && random.NextInt32(2) == 0 ? "cell" : "program";
            file[key] = mutation.Edit(file[key], random);
        }
        else
        {
            mutation.Apply(file, random);
        }

        return file;
    }
}
