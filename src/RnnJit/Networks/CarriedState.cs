using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Networks;

/// <summary>The states of a bound Program: initial ones are inputs, final ones outputs, in the same order.</summary>
public sealed class CarriedState
{
    private readonly (Tensor Initial, Tensor Final)[] pairs;

    internal CarriedState(Executable executable)
    {
        Port[] initial = executable.Program.Inputs.Where(port => port.Role == PortRole.State).ToArray();
        Output[] final = executable.Program.Outputs.Where(output => output.Role == OutputRole.Next).ToArray();
        pairs = initial.Zip(final, (port, output) => (executable.Input(port.Name), executable.Output(output.Name))).ToArray();
        Names = [.. initial.Select(port => port.Name)];
    }

    /// <summary>The names of the initial states, such as <c>layer0.h0</c>.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The initial state of that place, [B, H]; freed with the session or trainer.</summary>
    public Tensor this[int state] => pairs[state].Initial;

    /// <summary>The final state of that place after the last run, [B, H]; valid until the next run.</summary>
    public Tensor Final(int state) => pairs[state].Final;

    /// <summary>Makes the final states the initial ones of the next run.</summary>
    public void Carry()
    {
        foreach (var (initial, final) in pairs)
            initial.CopyFrom(final);
    }

    /// <summary>Makes all initial states zero.</summary>
    public void Reset()
    {
        foreach (var (initial, _) in pairs)
            initial.Clear();
    }
}
