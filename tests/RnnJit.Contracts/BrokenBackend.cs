using RnnJit.Ir;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Contracts;

/// <summary>A backend that is wrong in one number of each run, to prove that the contracts see it.</summary>
/// <param name="from">The first run that is wrong.</param>
public sealed class BrokenBackend(IBackend right, int from = 0) : IBackend
{
    public string Name => right.Name;

    public int Devices => right.Devices;

    public bool HasStreams => right.HasStreams;

    public int RowLanes(ExecutableOptions options) => right.RowLanes(options);

    public Executable Create(Graph program, ExecutableOptions options) => new BrokenExecutable(right, program, options, from);

    private sealed class BrokenExecutable : Executable
    {
        private readonly Executable inner;
        private readonly int from;
        private int runs;

        public BrokenExecutable(IBackend right, Graph program, ExecutableOptions options, int from)
            : base(program, options)
        {
            this.from = from;
            var shared = Program.Inputs.ToDictionary(port => port.Name, port => Input(port.Name));
            inner = right.Create(program, options with { Shared = shared });
            foreach (Output output in Program.Outputs)
                SetOutput(output.Name, new Tensor(inner.Output(output.Name).Element, [.. inner.Output(output.Name).Shape]));
        }

        public override IReadOnlyList<PlanLine> Plan => inner.Plan;

        internal override Plan? BufferPlan => inner.BufferPlan;

        public override void Dispose()
        {
            inner.Dispose();
            base.Dispose();
        }

        protected override void RunProgram()
        {
            inner.Run();
            foreach (Output output in Program.Outputs)
                Output(output.Name).Set(inner.Output(output.Name).ToNdArray().Data);
            NdArray wrong = Output(Program.Outputs[0].Name).ToNdArray();
            if (runs++ >= from)
                wrong.Data[^1] += 0.01 * (1 + wrong.Data.Max(Math.Abs));
            Output(Program.Outputs[0].Name).Set(wrong.Data);
        }
    }
}
