using System.Reflection;
using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Tests.Verification;
using RnnJit.Text;
using RnnJit.Verify;

namespace RnnJit.Tests.Cells;

/// <summary>The contract of every built-in cell; a new cell is found by its attribute.</summary>
public class CellContractTests
{
    internal static IEnumerable<Type> All => typeof(Lstm).Assembly.GetTypes().Where(type => type.IsDefined(typeof(RnnCellAttribute)));

    [TestCaseSource(nameof(All))]
    public void First_and_second_derivatives_agree_with_differences(Type type) =>
        Derivatives.Check(Applied(type, reverse: false, lengths: false), second: true);

    [TestCaseSource(nameof(All))]
    public void Derivatives_with_lengths_in_reverse_agree_with_differences(Type type) =>
        Derivatives.Check(Applied(type, reverse: true, lengths: true), second: false);

    [TestCaseSource(nameof(All))]
    public void The_step_verifies_and_reads_back(Type type)
    {
        Graph step = CellTracer.Trace(type).Step;
        Assert.That(() => Verifier.Check(step), Throws.Nothing);
        Assert.That(Parser.Parse(step.ToString()), Is.EqualTo(step));
        Assert.That(() => Verifier.Check(Applied(type, reverse: true, lengths: true)), Throws.Nothing);
    }

    /// <summary>The cell over three steps as a program that returns all sequences and final states.</summary>
    internal static Graph Applied(Type type, bool reverse, bool lengths) => Applied(CellTracer.Trace(type), reverse, lengths);

    internal static Graph Applied(CellDefinition cell, bool reverse, bool lengths)
    {
        var builder = new GraphBuilder();
        Dictionary<string, Value> inputs = cell.Step.Inputs.ToDictionary(port => port.Name, port =>
            builder.Input(port.Name,
                port.Role == PortRole.Input ? port.Type.WithDims(port.Type.Dims.Prepend(Dim.Symbol("T"))) : port.Type));
        Value? rows = lengths ? builder.Input("lengths", new TensorType(ElementType.I32, "B")) : null;
        var (finals, sequences) = CellScan.Apply(builder, cell, inputs, "T", reverse, rows);
        return builder.Build("program", cell.Name,
        [
            .. finals.Select((final, i) => ("final" + i, final, OutputRole.Result)),
            .. sequences.Select(pair => (pair.Key, pair.Value, OutputRole.Result)),
        ]);
    }
}
