using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Ops;
using RnnJit.Plans;
using RnnJit.Runtime;
using RnnJit.Text;
using RnnJit.Verify;

namespace RnnJit.Tests.Runtime;

/// <summary>Programs made to read and write beyond their memory end in a sentence.</summary>
public class HostileSizesTests
{
    [TestCase("input w: f32[31]\n%0 = slice[0, 2000, 2147483647] w\nreturn y = %0", 1, "RNNJ200")]
    [TestCase("input w: f32[31]\n%0 = slice[0, 2147483647, 2147483647] w\nreturn y = %0", 1, "RNNJ200")]
    [TestCase("input w: f32[31]\n%0 = slice[0, 1, 2147483647] w\nreturn y = %0", 1, "RNNJ118")]
    [TestCase("input w: f32[31]\n%0 = slice[0, -1, 3] w\nreturn y = %0", 1, "RNNJ118")]
    [TestCase("input x: f32[2147483647H]\n%0 = concat[0] x, x\nreturn y = %0", 1, "RNNJ200")]
    [TestCase("input x: f32[2147483647K]\n%0 = tanh x\nreturn y = %0", 2, "RNNJ200")]
    [TestCase("input x: f32[1, 2147483647]\ninput w: f32[1, 2147483647]\n%0 = contract[ab,cb->ac] x, w\nreturn y = %0", 1, "RNNJ245")]
    [TestCase("%0 = broadcast[K] 0\n%1 = concat[0] %0, %0\nreturn y = %1", -101712, "RNNJ202")]
    [TestCase("%0 = broadcast[K] 0\nreturn y = %0", -1000, "RNNJ202")]
    [TestCase("%0 = broadcast[K] 0\nreturn y = %0", 0, "RNNJ202")]
    [TestCase("%0 = constant[2.5 : f32[-990]]\nreturn y = %0", 1, "RNNJ203")]
    [TestCase("input x: f32[K - 5]\n%0 = tanh x\nreturn y = %0", 2, "RNNJ201")]
    [TestCase("input x: f32[2K]\n%0 = tanh x\nreturn y = %0", int.MaxValue, "RNNJ200")]
    [TestCase("%0 = broadcast[K, K] 0\nreturn y = %0", 65536, "RNNJ161")]
    public void A_Program_beyond_its_memory_is_refused(string statements, int size, string id)
    {
        Assert.That(Create, Throws.TypeOf<GraphException>().With.Property(nameof(GraphException.Id)).EqualTo(id));

        void Create()
        {
            Graph program = Parser.Parse("program P\n" + statements);
            Verifier.Check(program);
            Executable.Create(program,
                new ExecutableOptions { Sizes = new Dictionary<string, int> { ["K"] = size }, MemoryLimit = 1 << 20 }).Dispose();
        }
    }

    [TestCase("cpu")]
    [TestCase("interpreter")]
    public void A_derived_dimension_may_be_0(string device)
    {
        Graph program = Parser.Parse("program P\ninput x: f32[T, 2]\n%0 = slice[0, 1, T - 1] x\n%1 = tanh %0\nreturn y = %1");
        using Executable executable = Executable.Create(program,
            new ExecutableOptions { Sizes = new Dictionary<string, int> { ["T"] = 1 }, Device = Device.Parse(device) });

        executable.Run();

        Assert.That(executable.Output("y").Length, Is.EqualTo(0));
    }

    [TestCase(0, 1)]
    [TestCase(1, 0)]
    [TestCase(-1, 1)]
    [TestCase(3, -1)]
    public void A_model_is_not_opened_without_rows_or_steps(int steps, int batch)
    {
        Graph program = Parser.Parse("program P\ninput x: f32[T, B, 2]\n%0 = tanh x\nreturn y = %0");
        using var model = new Model(program, new Dictionary<string, int>());

        Assert.That(() => model.Open(new SessionOptions { Steps = steps, Batch = batch }),
            Throws.ArgumentException.With.Message.Contains("wanted at least 1"));
    }

    [Test]
    public void An_empty_batch_is_refused()
    {
        Graph program = Parser.Parse("program P\ninput x: f32[T, B, 2]\n%0 = tanh x\nreturn y = %0");
        using var model = new Model(program, new Dictionary<string, int>());

        Assert.That(() => model.Run(new Dictionary<string, NdArray> { ["x"] = new NdArray(3, 0, 2) }),
            Throws.TypeOf<GraphException>().With.Message.Contains("'B' is 0"));
    }

    [Test]
    public void A_tensor_has_no_negative_extent()
    {
        Assert.That(() => new Tensor(ElementType.F32, 3, -1), Throws.TypeOf<GraphException>());
        Assert.That(() => new NdArray(-1, -1), Throws.TypeOf<GraphException>());
        Assert.That(new Tensor(ElementType.F32, 3, 0).Length, Is.EqualTo(0));
    }

    // Elements of a packed matrix of 4 columns and 3 rows.
    private const int Packed = 48;

    private static BufferView Dense(params int[] shape) =>
        new(new PlanBuffer(0, ElementType.F32, NdArray.Size(shape), BufferSpace.Scratch), 0, shape, BufferView.Dense(shape));

    private static BufferView Panels(int elements) =>
        Dense(elements) with { Panels = new PackedPanels(4, 3, Packed, WeightStorage.Single) };

    [Test]
    public void A_view_that_leaves_its_block_is_found()
    {
        BufferView view = Dense(10);

        Assert.That(() => PlanBounds.Check(view, 1, 1, "test"), Throws.Nothing);
        foreach (BufferView wrong in new[] { view with { Offset = 1 }, view with { Offset = -1 }, view with
        {
            Strides = [2]
        }, view with { Strides = [-1] }, view with { DoubleBufferStride = 1 }, view with { OuterDoubleBufferStride = 1 } })
            Assert.That(() => PlanBounds.Check(wrong, 1, 1, "test"), Throws.InvalidOperationException);
        Assert.That(() => PlanBounds.Check(view with { TimeStride = 1 }, 2, 1, "test"), Throws.InvalidOperationException);
        Assert.That(() => PlanBounds.Check(view with { OuterTimeStride = 1 }, 1, 2, "test"), Throws.InvalidOperationException);
    }

    [Test]
    public void A_product_that_leaves_its_block_is_found()
    {
        BufferView a = Dense(2, 3), b = Dense(3, 4), c = Dense(2, 4), row = Dense(1, 4);
        MatMulForm form = MatMulForm.Of(new ContractOp("ab,bc->ac"), a, b, c);
        void Check(MatMulForm of, BufferView? packed = null, AccumulatorInit? start = null) =>
            PlanBounds.Check([new MatMulCommand(of, packed, Reverse: false, InvariantB: true) { Init = start }], []);

        Assert.That(() => Check(form, null, new AccumulatorInit(row.Broadcast([2, 4]), [], 0)), Throws.Nothing);
        Assert.That(() => Check(form, Panels(Packed)), Throws.Nothing);
        foreach (MatMulForm wrong in new[]
        {
            form with { M = form.M with { A = 4 } }, form with { N = form.N with { B = 2 } }, form with { M = form.M with { C = 5 } },
            form with { K = form.K with { Extent = 4 } }
        })
            Assert.That(() => Check(wrong), Throws.InvalidOperationException);
        Assert.That(() => Check(form, null, new AccumulatorInit(row.Broadcast([2, 4]), [], 1)), Throws.InvalidOperationException);
        Assert.That(() => Check(form, Panels(Packed - 1)), Throws.InvalidOperationException);
    }

    [Test]
    public void A_packed_matrix_that_leaves_its_block_is_found()
    {
        BufferView weight = Dense(3, 4), target = Panels(Packed);
        void Check(PackPart part, BufferView to) => PlanBounds.Check([new PackCommand([part], to, 4, 3, Reverse: false)], []);
        var right = new PackPart(weight, 1, 4, 4, 3, 0, 0);

        Assert.That(() => Check(right, target), Throws.Nothing);
        Assert.That(() => Check(right with { K = 4 }, target), Throws.InvalidOperationException);
        Assert.That(() => Check(right with { NStride = 2 }, target), Throws.InvalidOperationException);
        Assert.That(() => Check(right, target with { Offset = 1, Shape = [1] }), Throws.InvalidOperationException);
    }

    [Test]
    public void Nested_scans_end_in_a_sentence()
    {
        string text = "program P\n" + string.Concat(Enumerable.Repeat("%0 = scan[T] {\n", 10_000));

        Assert.That(() => Parser.Parse(text), Throws.TypeOf<GraphException>().With.Property(nameof(GraphException.Id)).EqualTo("RNNJ206"));
    }
}
