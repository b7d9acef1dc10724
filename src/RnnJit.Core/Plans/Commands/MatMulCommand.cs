namespace RnnJit.Plans;

/// <summary>
/// C[m, n] = Σ_k A[m, k] · B[k, n] inside loops: one ascending chain of fused multiply-adds for each element of C.
/// </summary>
/// <param name="Packed">Packed B; null to read B in place.</param>
/// <param name="Reverse">Sums from the last k to the first: sums over time run from T − 1 to 0.</param>
/// <param name="InvariantB">B is the same at every time step and for every row.</param>
public sealed record MatMulCommand(MatMulForm Form, BufferView? Packed, bool Reverse, bool InvariantB) : PlanCommand
{
    /// <summary>True: accumulates into C, as a sum over time does.</summary>
    public bool Accumulate { get; init; }

    /// <summary>Initial values of the accumulators; null: 0, or C itself with <see cref="Accumulate"/>.</summary>
    public AccumulatorInit? Init { get; init; }

    /// <summary>Rows it is done for; null for all.</summary>
    public ActiveRows? Rows { get; init; }

    public WeightStorage Storage => Packed?.Storage ?? WeightStorage.Single;

    public override double Flops => Form.Flops;

    public override IEnumerable<BufferView> Reads =>
        [.. Init is null ? (BufferView[])[] : [Init.View], Form.A, Packed ?? Form.B, .. Rows?.Views ?? []];

    public override IEnumerable<BufferView> Writes => [Form.C];

    public override IEnumerable<BufferView> Reached =>
    [
        .. Form.Reached(Packed is not null),
        .. Packed is null ? (BufferView[])[] : [Packed.Over([(checked((int)Packed.Panels!.Value.Elements), 1)])],
        .. Init is null ? (BufferView[])[] : [Init.Reached(Form)],
    ];

    public override string Describe =>
        $"product {Form.M.Extent} × {Form.N.Extent} × {Form.K.Extent}"
            + $"{(Form.Loops.Length > 0 ? " in " + string.Join(" · ", Form.Loops.Select(loop => loop.Extent)) : "")}"
            + $"{(Packed is null ? "" : ", packed")}{(Storage == WeightStorage.Single ? "" : $" as {Storage}")}{Init?.Describe}"
            + $"{Rows?.Describe}";

    public override string Text =>
        $"matmul {Form.M.Extent} x {Form.N.Extent} x {Form.K.Extent}{Loops(" loops", Form.Loops)}{Loops(" sums", Form.SumLoops)}"
            + $"{(Reverse ? " reverse" : "")}{(Accumulate ? " accumulate" : "")}{(Init is null ? "" : " init")}{Rows?.Text}";

    private static string Loops(string word, MatMulLoop[] loops) =>
        loops.Length == 0 ? "" : $"{word} {string.Join(" x ", loops.Select(loop => loop.Extent))}";
}
