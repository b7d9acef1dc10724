using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Text;
using RnnJit.Verify;

namespace RnnJit.Core.Tests.Verify;

/// <summary>Each rule is broken once, by hand: the builder makes no broken graph.</summary>
public class VerifierTests
{
    private static readonly TensorType Row = new(ElementType.F32, "B", "H");

    private static readonly Graph Sound = new(
        "program",
        "p",
        EquatableArray.Of(new Port("x", Row, PortRole.Input)),
        EquatableArray.Of(new Node(TanhOp.Instance, EquatableArray.Of(0), EquatableArray.Of(Row))),
        EquatableArray.Of(new Output("y", 1, OutputRole.Result)));

    private static readonly Graph Body = new(
        "body",
        "step",
        EquatableArray.Of(new Port("x", Row, PortRole.Sequence), new Port("h", Row, PortRole.State), new Port("b", Row, PortRole.Constant)),
        EquatableArray.Of(new Node(AddOp.Instance, EquatableArray.Of(0, 1), EquatableArray.Of(Row))),
        EquatableArray.Of(new Output("h", 3, OutputRole.Next), new Output("h", 3, OutputRole.Yield),
            new Output("total", 3, OutputRole.Sum)));

    [Test]
    public void Sound_graphs_pass()
    {
        Assert.That(() => Verifier.Check(Sound), Throws.Nothing);
        Assert.That(() => Verifier.Check(Body), Throws.Nothing);
        foreach (string text in SampleGraphs.Texts)
            Assert.That(() => Verifier.Check(Parser.Parse(text)), Throws.Nothing, text);
    }

    [Test]
    public void Kind_is_known() => Breaks("RNNJ170", Sound with { Kind = "layer" });

    [Test]
    public void Input_names_are_unique() =>
        Breaks("RNNJ171",
            Sound with { Inputs = EquatableArray.Of(Sound.Inputs[0], Sound.Inputs[0]), Outputs = Returns(2), Nodes = Tanh(0) });

    [Test]
    public void Inputs_have_names() => Breaks("RNNJ171", Sound with { Inputs = EquatableArray.Of(Sound.Inputs[0] with { Name = "" }) });

    [Test]
    public void Output_names_are_unique() =>
        Breaks("RNNJ172", Sound with { Outputs = EquatableArray.Of(Sound.Outputs[0], Sound.Outputs[0]) });

    [TestCase("program", PortRole.Sequence)]
    [TestCase("kernel", PortRole.Parameter)]
    [TestCase("cell", PortRole.Constant)]
    public void Input_roles_fit_the_kind(string kind, PortRole role) =>
        Breaks("RNNJ173", Sound with { Kind = kind, Inputs = EquatableArray.Of(Sound.Inputs[0] with { Role = role }) });

    [TestCase("program", OutputRole.Yield)]
    [TestCase("kernel", OutputRole.Next)]
    [TestCase("cell", OutputRole.Sum)]
    public void Output_roles_fit_the_kind(string kind, OutputRole role) =>
        Breaks("RNNJ174", Sound with { Kind = kind, Outputs = EquatableArray.Of(Sound.Outputs[0] with { Role = role }) });

    [TestCase(1)]
    [TestCase(-1)]
    public void Operands_are_defined_before_use(int operand) => Breaks("RNNJ175", Sound with { Nodes = Tanh(operand) });

    [TestCase(2)]
    [TestCase(-1)]
    public void Outputs_exist(int value) => Breaks("RNNJ176", Sound with { Outputs = Returns(value) });

    [Test]
    public void A_graph_returns_something() => Breaks("RNNJ176", Sound with { Outputs = default });

    [Test]
    public void Dimensions_are_known()
    {
        var unknown = new TensorType(ElementType.F32, "B", "?0");
        Breaks("RNNJ177", Sound with
        {
            Inputs = EquatableArray.Of(Sound.Inputs[0] with { Type = unknown }),
            Nodes = EquatableArray.Of(Sound.Nodes[0] with { Results = EquatableArray.Of(unknown) }),
        });
    }

    [Test]
    public void Result_types_are_inferred() =>
        Breaks("RNNJ178", Sound with
        {
            Nodes = EquatableArray.Of(Sound.Nodes[0] with { Results = EquatableArray.Of(new TensorType(ElementType.F32, "H", "B")) })
        });

    [Test]
    public void Results_are_as_many_as_inferred() =>
        Breaks("RNNJ178", Sound with { Nodes = EquatableArray.Of(Sound.Nodes[0] with { Results = EquatableArray.Of(Row, Row) }) });

    [Test]
    public void Operands_fit_their_op() =>
        Breaks("RNNJ110", Sound with { Nodes = EquatableArray.Of(Sound.Nodes[0] with { Operands = EquatableArray.Of(0, 0) }) });

    [Test]
    public void States_have_next_values() => Breaks("RNNJ179", Body with { Outputs = Body.Outputs.Skip(1).ToEquatable() });

    [Test]
    public void Next_values_keep_the_shape_of_the_state() => Breaks("RNNJ179", Body with
    {
        Inputs = EquatableArray.Of(Body.Inputs[0], Body.Inputs[1] with { Type = new TensorType(ElementType.F32, 1, "H") }, Body.Inputs[2]),
    });

    [Test]
    public void Body_inputs_are_ordered() =>
        Breaks("RNNJ191", Body with { Inputs = EquatableArray.Of(Body.Inputs[1], Body.Inputs[0], Body.Inputs[2]) });

    [Test]
    public void Body_outputs_are_ordered() =>
        Breaks("RNNJ192", Body with { Outputs = EquatableArray.Of(Body.Outputs[0], Body.Outputs[2], Body.Outputs[1]) });

    [Test]
    public void A_body_is_verified_with_its_graph()
    {
        var wrong = new TensorType(ElementType.F64, "B", "H");
        Graph body = Body with
        {
            Nodes = EquatableArray.Of(Body.Nodes[0], new Node(TanhOp.Instance, EquatableArray.Of(3), EquatableArray.Of(wrong))),
            Outputs = EquatableArray.Of(Body.Outputs[0], new Output("y", 4, OutputRole.Yield)),
        };
        Breaks("RNNJ178", Scan(body, lengths: false));
    }

    [Test]
    public void With_lengths_every_state_begins_with_the_batch()
    {
        var whole = new TensorType(ElementType.F32, "H");
        Graph body = Body with
        {
            Inputs = EquatableArray.Of(Body.Inputs[0], Body.Inputs[1], new Port("n", whole, PortRole.State)),
            Outputs = EquatableArray.Of(Body.Outputs[0], new Output("n", 2, OutputRole.Next)),
        };
        Breaks("RNNJ193", Scan(body, lengths: true));
    }

    [Test]
    public void Lengths_are_whole_numbers_for_each_row()
    {
        Assert.That(() => Verifier.Check(Scan(Body, lengths: true)), Throws.Nothing);
        Breaks("RNNJ194", Scan(Body, lengths: true, new TensorType(ElementType.F32, "B")));
    }

    [Test]
    public void Rows_have_no_numbers_where_there_are_lengths()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.F32, "B", "H"), PortRole.Sequence),
            h = builder.Input("h", new TensorType(ElementType.F32, "B", "H"), PortRole.State);
        Graph body = builder.Build("body", "step", [("h", Rnn.Tanh(h + builder.Add(new SliceOp(0, 0, 1), x)), OutputRole.Next)]);
        Assert.That(() => Verifier.Check(Scan(body, lengths: false)), Throws.Nothing);
        Breaks("RNNJ208", Scan(body, lengths: true));
    }

    // A program that applies a body to its own inputs.
    private static Graph Scan(Graph body, bool lengths, TensorType? lengthsType = null)
    {
        var scan = new ScanOp(body, "T", reverse: false, lengths);
        List<Port> inputs = body.Inputs.Select(port =>
            new Port(port.Name, port.Role == PortRole.Sequence ? port.Type.WithDims(port.Type.Dims.Prepend("T")) : port.Type,
                PortRole.Input)).ToList();
        if (lengths)
            inputs.Add(new Port("lengths", lengthsType ?? new TensorType(ElementType.I32, "B"), PortRole.Input));
        TensorType[] results = body.Outputs.Select(output =>
        {
            TensorType type = output.Value < body.Values.Count ? body.Values.Type(output.Value) : Row;
            return output.Role == OutputRole.Yield ? type.WithDims(type.Dims.Prepend("T")) : type;
        }).ToArray();
        return new Graph(
            "program",
            "p",
            inputs.ToEquatable(),
            EquatableArray.Of(new Node(scan, Enumerable.Range(0, inputs.Count).ToEquatable(), results.ToEquatable())),
            EquatableArray.Of(new Output("y", inputs.Count, OutputRole.Result)));
    }

    private static EquatableArray<Node> Tanh(int operand) =>
        EquatableArray.Of(new Node(TanhOp.Instance, EquatableArray.Of(operand), EquatableArray.Of(Row)));

    private static EquatableArray<Output> Returns(int value) => EquatableArray.Of(new Output("y", value, OutputRole.Result));

    private static void Breaks(string id, Graph graph) =>
        Assert.That(() => Verifier.Check(graph), Throws.TypeOf<GraphException>().With.Property(nameof(GraphException.Id)).EqualTo(id));
}
