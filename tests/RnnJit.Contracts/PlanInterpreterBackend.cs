using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Contracts;

/// <summary>
/// Plans of the CPU, run by the plan interpreter: what agrees here is a plan that is complete and right, whoever executes it.
/// </summary>
public sealed class PlanInterpreterBackend : IBackend
{
    public string Name => "plan-interpreter";

    public int Devices => 1;

    public bool HasStreams => false;

    public int RowLanes(ExecutableOptions options) => 1;

    public Executable Create(Graph program, ExecutableOptions options) => new PlanExecutable(program, options);

    private sealed class PlanExecutable : Executable
    {
        private readonly Plan plan;

        public PlanExecutable(Graph program, ExecutableOptions options)
            : base(program, options)
        {
            // Chunks of few steps ahead of loops, from the smallest sizes on.
            plan = PlanOf(program, options with { ChunkLimits = new ChunkLimits(0, 6) });
            foreach (Output output in Program.Outputs)
            {
                TensorType type = Program.Values.Type(output.Value);
                SetOutput(output.Name, Replaced(output.Name) ?? new Tensor(type.Element, Shape(type)));
            }
        }

        internal override Plan BufferPlan => plan;

        protected override void RunProgram()
        {
            var given = Program.Inputs.ToDictionary(port => port.Name, port => Input(port.Name).ToNdArray());
            foreach (var (name, value) in PlanInterpreter.Run(plan, given))
                Output(name).Set(value.Data);
        }
    }
}
