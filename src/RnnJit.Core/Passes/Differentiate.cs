using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>Reverse mode over a whole Program. The result is a Program, so it can be differentiated again.</summary>
public static class Differentiate
{
    /// <summary>Adds an output <c>d_NAME</c> for each name: the derivative of a scalar output with respect to that input.</summary>
    /// <param name="values">Outputs of the Program by name, of which the derivative is wanted as well.</param>
    /// <exception cref="GraphException">RNNJ140: a name is unknown, or the output is no scalar.</exception>
    public static Graph Run(Graph program, string scalar, IReadOnlyList<string> withRespectTo, IReadOnlyList<string>? values = null)
    {
        int output = program.OutputIndex(scalar);
        if (output < 0 || program.Values.Type(program.Outputs[output].Value) is not { Rank: 0, IsReal: true })
            throw new GraphException("RNNJ140",
                $"'{scalar}' is no scalar output of '{program.Name}' (found: {string.Join(", ", program.Outputs.Select(o => o.Name))})");

        var builder = new GraphBuilder();
        Value[] inputs = builder.Inputs(program);
        Value[] roots = withRespectTo.Select(name => inputs[Require(program, name)]).ToArray();
        var tape = new Tape(builder);
        Value[] made = tape.Record(program, inputs);
        Value loss = made[program.Outputs[output].Value];
        string[] names = [.. withRespectTo, .. values ?? []];
        roots = [.. roots, .. (values ?? []).Select(name => made[program.Outputs[RequireOutput(program, name)].Value])];
        tape.Seed(loss, builder.Constant(1, loss.Type.Element));
        tape.Backward(roots);

        var outputs = program.Outputs.Select(o => (o.Name, made[o.Value], o.Role)).ToList();
        for (int i = 0; i < roots.Length; i++)
            outputs.Add(("d_" + names[i], tape.Cotangent(roots[i]) ?? builder.Add(new ConstantOp(0, roots[i].Type)), OutputRole.Result));
        return builder.Build(program.Kind, program.Name, outputs);
    }

    private static int RequireOutput(Graph program, string name)
    {
        int index = program.OutputIndex(name);
        return index >= 0 && program.Values.Type(program.Outputs[index].Value).IsReal
            ? index
            : throw new GraphException("RNNJ140",
                $"'{name}' is no real output of '{program.Name}' (found: {string.Join(", ", program.Outputs.Select(o => o.Name))})");
    }

    private static int Require(Graph program, string name)
    {
        int index = program.InputIndex(name);
        return index >= 0 && program.Inputs[index].Type.IsReal
            ? index
            : throw new GraphException("RNNJ140",
                $"'{name}' is no real input of '{program.Name}' (found: {string.Join(", ", program.Inputs.Select(port => port.Name))})");
    }
}
