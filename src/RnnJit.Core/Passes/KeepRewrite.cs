using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>Adds the kept values to the forward scan's yields and makes its adjoint read them.</summary>
internal sealed class KeepRewrite(Graph program, int forwardNode, int adjointNode, int[] kept, Dictionary<int, int> counterparts)
{
    private readonly ScanOp forward = (ScanOp)program.Nodes[forwardNode].Op;
    private readonly ScanOp adjoint = (ScanOp)program.Nodes[adjointNode].Op;

    public Graph Run()
    {
        var builder = new GraphBuilder();
        Value[] values = builder.Inputs(program);
        var sources = new Dictionary<int, Value>();
        for (int n = 0; n < program.Nodes.Count; n++)
        {
            if (n == forwardNode)
                AddForward(builder, values, sources);
            else if (n == adjointNode)
                AddAdjoint(builder, values, sources);
            else
                builder.InlineNode(program, n, values);
        }

        return builder.Build(program.Kind, program.Name,
            program.Outputs.Select(output => (output.Name, values[output.Value], output.Role)));
    }

    private void AddForward(GraphBuilder builder, Value[] values, Dictionary<int, Value> sources)
    {
        Graph body = forward.Body;
        var outputs = body.Outputs.ToList();
        var names = new FreshNames(outputs.Select(output => output.Name));
        var yields = new Dictionary<int, int>();
        for (int o = outputs.Count - 1; o >= 0; o--)
        {
            if (outputs[o].Role == OutputRole.Yield)
                yields[outputs[o].Value] = o;
        }

        foreach (int v in kept)
        {
            if (v < forward.Sequences || yields.ContainsKey(v))
                continue;
            yields[v] = outputs.Count;
            outputs.Add(new Output(names.Of(NameOf(v)), v, OutputRole.Yield));
        }

        var extended = new ScanOp(
            new Graph(body.Kind, body.Name, body.Inputs, body.Nodes, outputs.ToEquatable()) { LocalNames = body.LocalNames }, forward.Time,
            forward.Reverse, forward.HasLengths);
        Node node = program.Nodes[forwardNode];
        Value[] results = builder.AddMany(extended, node.Operands.Select(operand => values[operand]).ToArray());
        for (int r = 0; r < node.Results.Count; r++)
            values[program.Values.FirstResult(forwardNode) + r] = results[r];
        foreach (int v in kept)
        {
            sources[v] = v < forward.Sequences
                ? values[node.Operands[v]]
                : results[yields[v]];
            if (body.LocalNames.TryGetValue(v, out string? name))
                builder.Label(sources[v], name);
        }
    }

    private string NameOf(int value) => forward.Body.LocalNames.TryGetValue(value, out string? local) ? local : "kept" + value;

    private void AddAdjoint(GraphBuilder builder, Value[] values, Dictionary<int, Value> sources)
    {
        Graph body = adjoint.Body;
        Node node = program.Nodes[adjointNode];
        var step = new GraphBuilder();
        var inner = new Value[body.Values.Count];
        var ports = new Dictionary<int, Value>();
        var given = new List<Value>();
        var names = new FreshNames(body.Inputs.Select(port => port.Name));
        void Port(int i)
        {
            inner[i] = step.Input(body.Inputs[i].Name, body.Inputs[i].Type, body.Inputs[i].Role);
            given.Add(values[node.Operands[i]]);
        }

        for (int i = 0; i < adjoint.Sequences; i++)
            Port(i);
        foreach (int v in kept)
        {
            ports[v] = step.Input(names.Of(NameOf(v)), forward.Body.Values.Type(v), PortRole.Sequence);
            given.Add(sources[v]);
        }

        for (int i = adjoint.Sequences; i < body.Inputs.Count; i++)
            Port(i);
        given.AddRange(node.Operands.Skip(body.Inputs.Count).Select(operand => values[operand]));

        Value Read(int value) =>
            counterparts.TryGetValue(value, out int match) && ports.TryGetValue(match, out Value? port) ? port : inner[value];
        for (int i = 0; i < body.Inputs.Count; i++)
            inner[i] = Read(i);
        for (int n = 0; n < body.Nodes.Count; n++)
        {
            step.InlineNode(body, n, inner);
            for (int r = 0; r < body.Nodes[n].Results.Count; r++)
                inner[body.Values.FirstResult(n) + r] = Read(body.Values.FirstResult(n) + r);
        }

        var outputs = body.Outputs.Select(output => (output.Name, inner[output.Value], output.Role));
        Value[] results = builder.AddMany(
            new ScanOp(step.Build("body", "step", outputs), adjoint.Time, adjoint.Reverse, adjoint.HasLengths), given.ToArray());
        Array.Copy(results, 0, values, program.Values.FirstResult(adjointNode), results.Length);
    }
}
