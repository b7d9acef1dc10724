using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Networks;

/// <summary>A part of a model bound to T and B. <see cref="SessionOptions.CarryState"/> decides from which states a run starts.
/// Not safe for concurrent use.</summary>
public sealed class Session : IDisposable
{
    private readonly Executable executable;
    private readonly Tensor? first;
    private readonly Tensor result;
    private readonly bool carry;
    private readonly (string Name, Tensor Values)[] others;
    private bool steps;

    internal Session(Executable executable, bool carry)
    {
        (this.executable, this.carry) = (executable, carry);
        State = new CarriedState(executable);
        Port? port = executable.Program.Inputs.FirstOrDefault(input => input.Role is not (PortRole.Parameter or PortRole.State));
        first = port is null ? null : executable.Input(port.Name);
        result = executable.Output(executable.Program.Outputs[0].Name);
        others = [.. StepCheck.Others(executable.Program).Select(other => (other.Name, executable.Input(other.Name)))];

        // Whole sequences that have nothing to do with each other are no steps, and neither are those of another axis.
        steps = !carry || port?.Type.Dims.Any(StreamCheck.IsTimed) != true;
    }

    /// <summary>The initial states of the next run, zero at first, and the final states of the last one.</summary>
    public CarriedState State { get; }

    public Graph Program => executable.Program;

    /// <summary>True where the final states of a run are the initial ones of the next.</summary>
    internal bool Carries => carry;

    /// <summary>An input to fill, [T, B, …].</summary>
    /// <exception cref="UnknownNameException">There is no such input.</exception>
    public Tensor Input(string name) => executable.Input(name);

    /// <summary>Fills an input.</summary>
    /// <exception cref="UnknownNameException">There is no such input.</exception>
    /// <exception cref="GraphException">RNNJ151: the shape differs.</exception>
    /// <exception cref="ArgumentException">An input of whole numbers is given another number, such as 1.7 or NaN.</exception>
    public void Set(string name, NdArray value) => executable.Set(name, value);

    /// <summary>Fills an input with another session's result, such as an encoder's memory.</summary>
    /// <exception cref="UnknownNameException">There is no such input.</exception>
    /// <exception cref="GraphException">RNNJ151: the shape differs.</exception>
    public void Set(string name, Tensor value)
    {
        Tensor input = Input(name);
        if (!input.Shape.SequenceEqual(value.Shape) || input.Element != value.Element)
        {
            throw new GraphException("RNNJ151",
                $"'{name}' is {input.Element}[{string.Join(", ", input.Shape)}], found {value.Element}[{string.Join(", ", value.Shape)}] "
                + "(give that shape and type)");
        }

        input.CopyFrom(value);
    }

    /// <summary>A result, valid until the next run.</summary>
    /// <exception cref="UnknownNameException">There is no such result.</exception>
    public Tensor Output(string name) => executable.Output(name);

    /// <summary>Runs over T steps from the states in <see cref="State"/>. With <see cref="SessionOptions.CarryState"/> the
    /// final states replace them.</summary>
    /// <exception cref="ArgumentException">Lengths are not filled, negative, or beyond the last step.</exception>
    /// <exception cref="ObjectDisposedException">The session or its model was disposed.</exception>
    public void Run()
    {
        executable.Run();
        if (carry)
            State.Carry();
    }

    /// <summary>
    /// Fills the first input, runs as <see cref="Run"/> does, gives the first result. Other inputs are filled before and stay as they are.
    /// </summary>
    /// <exception cref="ArgumentException">x has another length than the first input, or another input was never filled.</exception>
    /// <exception cref="GraphException">RNNJ195: states are carried, and the result of a step depends on later ones, as in a layer that
    /// runs backwards, or a state that is carried cannot be its first one.</exception>
    /// <exception cref="ObjectDisposedException">The session or its model was disposed.</exception>
    public Tensor Step(ReadOnlySpan<float> x)
    {
        Tensor input = First();
        if (x.Length != input.Length || input.Element == ElementType.I32)
            throw new ArgumentException(
                $"The first input is {input.Element}[{string.Join(", ", input.Shape)}], found {x.Length} real numbers (give that many)");
        if (input.Element == ElementType.F32)
        {
            x.CopyTo(input.Write<float>());
        }
        else
        {
            Span<double> to = input.Write<double>();
            for (int i = 0; i < x.Length; i++)
                to[i] = x[i];
        }

        Run();
        return result;
    }

    /// <summary>Fills the first input, an integer; see <see cref="Step(ReadOnlySpan{float})"/>.</summary>
    /// <exception cref="ArgumentException">The first input is no single integer, or another input was never filled.</exception>
    /// <inheritdoc cref="Step(ReadOnlySpan{float})" path="/exception"/>
    public Tensor Step(int code)
    {
        Tensor input = First();
        if (input.Length != 1 || input.Element != ElementType.I32)
            throw new ArgumentException(
                $"The first input is {input.Element}[{string.Join(", ", input.Shape)}], found one integer (open the model with T = 1 and "
                    + "B = 1)");
        input.Write<int>()[0] = code;
        Run();
        return result;
    }

    /// <summary>Frees inputs, states and results. A run that another thread is in ends first; tensors of the session throw
    /// afterwards.</summary>
    public void Dispose() => executable.Dispose();

    private Tensor First()
    {
        if (first is null)
            throw new ArgumentException($"'{Program.Name}' has no input (run it with Run)");
        foreach (var (name, values) in others)
        {
            if (values.Version == 0)
                throw new ArgumentException(
                    $"Step gives the first input of '{Program.Name}' alone and '{name}' was never filled (fill it before Step)");
        }

        if (!steps)
            StepCheck.Run(Program, lengths: true);
        steps = true;
        return first;
    }
}
