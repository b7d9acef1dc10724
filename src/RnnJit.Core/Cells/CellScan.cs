using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Passes;

namespace RnnJit.Cells;

/// <summary>A cell applied over time as one scan of a Program.</summary>
public static class CellScan
{
    /// <summary>Adds the scan.</summary>
    /// <param name="inputs">By the cell's names: step inputs [T, B, …], inputs per sequence and states [B, …], parameters.</param>
    /// <param name="lengths">i32[B], or null when all rows have the full length.</param>
    /// <returns>Final states in the order of the cell's states; sequences of all outputs by name, states included, [T, B, …].</returns>
    /// <exception cref="GraphException">RNNJ160: an input is missing or does not fit. RNNJ208: the cell names rows of the batch
    /// by number, with lengths.</exception>
    public static (Value[] Finals, IReadOnlyDictionary<string, Value> Sequences) Apply(
        GraphBuilder builder, CellDefinition cell, IReadOnlyDictionary<string, Value> inputs, Dim time, bool reverse = false,
        Value? lengths = null)
    {
        Port[] ports = cell.Step.Inputs.OrderBy(port => Order(port.Role)).ToArray();
        foreach (Port port in ports)
        {
            if (!inputs.ContainsKey(port.Name))
                throw new GraphException("RNNJ160", $"Cell '{cell.Name}' needs '{port.Name}': {port.Type} (give it)");
        }

        TypeMap map = TypeMap.OfSymbols(Bind(cell, ports, inputs));
        Graph step = GraphMapper.Run(cell.Step, map);
        RequireTypes(cell, ports, inputs, map, time);
        if (ports.All(port => port.Role != PortRole.State))
            throw new GraphException("RNNJ160", $"Cell '{cell.Name}' has no state, so it makes no loop over time (give Step a state)");
        if (inputs[ports.First(port => port.Role == PortRole.State).Name].Type.Element == ElementType.F64)
            step = GraphMapper.WithPrecision(step, ElementType.F64);
        var before = new BeforeLoop(step, batch: map.Map(ports.First(port => port.Role == PortRole.State).Type).Dims[0]);
        var operands = new List<Value>();
        Graph body = Body(builder, cell.Name, step, before, ports, inputs, operands);
        var scan = new ScanOp(body, time, reverse, lengths is not null);
        if (lengths is not null)
        {
            RequireRowsAlike(cell, scan);
            operands.Add(lengths);
        }

        Value[] results = builder.AddMany(scan, operands.ToArray());
        var sequences =
            step.Outputs.Select((output, i) => (output.Name, results[scan.States + i])).ToDictionary(pair => pair.Name, pair => pair.Item2);
        return (results.Take(scan.States).ToArray(), sequences);
    }

    private static void RequireTypes(CellDefinition cell, Port[] ports, IReadOnlyDictionary<string, Value> inputs, TypeMap map, Dim time)
    {
        foreach (Port port in ports)
        {
            TensorType wanted = map.Map(port.Type), found = inputs[port.Name].Type;
            if (port.Role == PortRole.Input)
                wanted = wanted.WithDims(wanted.Dims.Prepend(time));
            if (wanted.Element != ElementType.I32)
                wanted = new TensorType(found.Element, wanted.Dims);
            if (wanted != found)
                throw new GraphException("RNNJ160",
                    $"Cell '{cell.Name}' needs '{port.Name}': {wanted}, found {found} (change one of them)");
        }
    }

    // The step as the body of a loop; what it computes of parameters alone goes before the loop, into "builder".
    private static Graph Body(GraphBuilder builder, string name, Graph step, BeforeLoop before, Port[] ports,
        IReadOnlyDictionary<string, Value> inputs, List<Value> operands)
    {
        var body = new GraphBuilder();
        var arguments = new Value[step.Inputs.Count];
        foreach (Port port in ports.Where(port => before.IsReadInside(step.InputIndex(port.Name))))
        {
            operands.Add(inputs[port.Name]);
            arguments[step.InputIndex(port.Name)] = body.Input(port.Name, step.Inputs[step.InputIndex(port.Name)].Type, port.Role switch
            {
                PortRole.Input => PortRole.Sequence,
                PortRole.State => PortRole.State,
                _ => PortRole.Constant,
            });
        }

        Value[] values = before.Inline(builder, step.Inputs.Select(port => inputs[port.Name]).ToArray(), body, arguments, operands);
        var outputs = step.Outputs.Where(output => output.Role == OutputRole.Next)
            .Select(output => (output.Name, values[output.Value], OutputRole.Next)).ToList();
        outputs.AddRange(step.Outputs.Select(output => (output.Name, values[output.Value], OutputRole.Yield)));
        return body.Build("body", name, outputs);
    }

    // A step runs on the rows whose length is greater than t, so a row number would name another row at another step.
    private static void RequireRowsAlike(CellDefinition cell, ScanOp scan)
    {
        if (!RowsAlike.In(scan.Body, Dim.Symbol(scan.BatchSymbol())))
            throw new GraphException("RNNJ208",
                $"Cell '{cell.Name}' names rows of the batch {scan.BatchSymbol()} by number, which has no meaning with lengths "
                    + "(slice, concatenate and gather along another axis, or leave lengths out)");
    }

    private static int Order(PortRole role) => role switch
    {
        PortRole.Input => 0,
        PortRole.State => 1,
        _ => 2,
    };

    // Binds the cell's symbols to the dimensions of the given values: of states and inputs first, then of parameters for symbols that are
    // still open.
    private static Dictionary<string, Dim> Bind(CellDefinition cell, Port[] ports, IReadOnlyDictionary<string, Value> inputs)
    {
        var bound = new Dictionary<string, Dim>(StringComparer.Ordinal);
        foreach (Port port in ports)
        {
            TensorType given = inputs[port.Name].Type;
            int skip = port.Role == PortRole.Input ? 1 : 0;
            if (given.Rank != port.Type.Rank + skip)
                throw new GraphException("RNNJ160",
                    $"Cell '{cell.Name}' needs '{port.Name}': {port.Type}{(skip == 1 ? " for every time step" : "")}, found {given} "
                        + "(change one of them)");
            for (int axis = 0; axis < port.Type.Rank; axis++)
            {
                if (port.Type.Dims[axis].AsSymbol is { } symbol && !bound.ContainsKey(symbol))
                    bound[symbol] = given.Dims[axis + skip];
            }
        }

        return bound;
    }
}
