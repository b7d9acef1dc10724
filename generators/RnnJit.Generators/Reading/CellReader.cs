using Microsoft.CodeAnalysis;
using RnnJit.Cells;
using RnnJit.Generators.Diagnostics;
using RnnJit.Ir;

namespace RnnJit.Generators.Reading;

/// <summary>The door at build time: a class marked <see cref="RnnCellAttribute"/> to the graph of one step. It gives the graph that running
/// <c>Step</c> on symbolic values gives.</summary>
internal static class CellReader
{
    /// <summary>Reads a cell.</summary>
    /// <param name="numbers">Other values for the cell's float and int parameters.</param>
    public static CellReading Read(INamedTypeSymbol cell, Compilation compilation, CancellationToken cancel,
        IReadOnlyDictionary<string, double>? numbers = null)
    {
        CellPlace? place = null;
        var warnings = new List<Finding>();
        try
        {
            place = ClassReader.Place(cell);
            IMethodSymbol step = ClassReader.Step(cell);
            Graph graph = ReadStep(step, SignatureReader.Read(step, numbers), compilation, warnings, cancel);
            return new CellReading(new CellModel(place, graph, Names(graph), SourceText.OfClass(cell)), warnings.ToEquatable());
        }
        catch (ReadingStopped stop)
        {
            IEnumerable<Finding> findings = stop.Finding is null ? [] : warnings.Append(stop.Finding);
            bool traced = stop.Finding is { Severity: DiagnosticSeverity.Warning };
            return new CellReading(traced ? new CellModel(place!, null, default, SourceText.OfClass(cell)) : null, findings.ToEquatable());
        }
    }

    private static Graph ReadStep(IMethodSymbol step, CellSignature signature, Compilation compilation, List<Finding> warnings,
        CancellationToken cancel)
    {
        CellTrace trace;
        try
        {
            trace = new CellTrace(signature);
        }
        catch (GraphException e)
        {
            throw ReadingStopped.At(step.Locations[0], e.Id, e.Message);
        }

        var interpreter = new StepInterpreter(compilation, trace, signature.Name, warnings, cancel);
        Value[] results = interpreter.Run(step, Arguments(step, trace));
        Graph graph = Finish(step, signature, trace, interpreter, results);
        warnings.AddRange(Unused.Find(step, signature, graph, interpreter.UsedParameters));
        return graph;
    }

    // A float takes the number as float, so that it rounds as in a call.
    private static object?[] Arguments(IMethodSymbol step, CellTrace trace) =>
        trace.Arguments.Zip(step.Parameters, (argument, parameter) => Arithmetic.Convert(argument, parameter.Type.SpecialType)).ToArray();

    private static Graph Finish(IMethodSymbol step, CellSignature signature, CellTrace trace, StepInterpreter interpreter, Value[] results)
    {
        try
        {
            return trace.Finish(results).Step;
        }
        catch (GraphException e)
        {
            Location location = e.Id == "RNNJ014"
                ? step.Parameters.First(parameter => e.Message.Contains($"of '{parameter.Name}'")).Locations[0]
                : interpreter.ReturnedAt ?? step.Locations[0];
            throw ReadingStopped.At(location, e.Id, ShapeMessage.WithNames(e.Message, trace));
        }
    }

    private static EquatableArray<LocalName> Names(Graph graph) =>
        graph.LocalNames.OrderBy(pair => pair.Key).Select(pair => new LocalName(pair.Key, pair.Value)).ToEquatable();
}
