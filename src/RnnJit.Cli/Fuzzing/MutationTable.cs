namespace RnnJit.Cli.Fuzzing;

/// <summary>All classes of mutations. Mutant i is of class i mod the number of classes.</summary>
internal static class MutationTable
{
    /// <summary>The classes that a run goes through.</summary>
    public static IReadOnlyList<Mutation> All { get; } =
    [
        .. HeaderMutations.All, .. LayoutMutations.All, .. TensorMutations.All, .. MetadataMutations.All, .. ProgramLineMutations.All,
        .. ProgramSizeMutations.All, .. ResumeMutations.All, .. CostMutations.All,
    ];

    /// <summary>Classes whose every mutant is to be reported as a failure; they run by name only.</summary>
    public static IReadOnlyList<Mutation> Controls { get; } =
    [
        Mutation.OfReader("control.exception", () => throw new NullReferenceException("made on purpose")),
        Mutation.OfReader("control.hang", () => Thread.Sleep(Timeout.Infinite)),
        Mutation.OfReader("control.spin", Spin),
        Mutation.OfReader("control.abort", () => Environment.FailFast("made on purpose")),
        Mutation.OfReader("control.overflow", () => Recurse(0)),
        Mutation.OfReader("control.memory", () => GC.KeepAlive(Touched(512 << 20))),
        Mutation.OfLoad("control.load", () => GC.KeepAlive(Touched(128 << 20))),
    ];

    /// <summary>The class of that name; null if there is none.</summary>
    public static Mutation? Find(string name) => All.Concat(Controls).FirstOrDefault(mutation => mutation.Name == name);

    private static void Spin()
    {
        while (true)
            Thread.SpinWait(1000);
    }

    private static int Recurse(int depth) => depth < 0 ? 0 : Recurse(depth + 1) + 1;

    private static byte[] Touched(int bytes)
    {
        var memory = new byte[bytes];
        Array.Fill(memory, (byte)1);
        return memory;
    }
}
