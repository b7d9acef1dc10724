using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Kernels;
using RnnJit.Networks;
using RnnJit.Ops;
using RnnJit.Runtime;
using RnnJit.Text;
using RnnJit.Training;

namespace RnnJit.Tests;

public class KernelPolicyTests
{
    private const string Kernel = """
        program Refused
          input x: f32[B, H]
          %0 = tanh x
          %1 = exp %0
          %2 = sigmoid %1
          return y = %2
        """;

    private const string Nested = """
        program RefusedNest
          input h: f32[B, H]
          %0 = scan[T] h {
            state h: f32[B, H]
            %0 = scan[T] h {
              state h: f32[B, H]
              %0 = scan[T] h {
                state h: f32[B, H]
                %0 = tanh h
                next h = %0
              }
              next h = %0
            }
            next h = %0
          }
          return y = %0
        """;

    private static readonly ExecutableOptions Compiled = new()
    {
        Sizes = new Dictionary<string, int> { ["T"] = 2, ["B"] = 2, ["H"] = 3 },
        KernelPolicy = KernelPolicy.CompiledOnly,
    };

    private static InterpretedKernelException Refused(string text, ExecutableOptions options) =>
        Assert.Throws<InterpretedKernelException>(() => Executable.Create(Parser.Parse(text), options).Dispose())!;

    [Test]
    public void A_kernel_that_nobody_compiled_is_refused_by_name_with_the_cure()
    {
        InterpretedKernelException refused = Refused(Kernel, Compiled);
        Assert.That(refused.Message, Is.EqualTo(
            "'Refused': 1 of 1 kernels would be interpreted, the first is 'kernel of 3 nodes, 2 × 3, 1 in, 1 out (interpreted)', and "
                + "KernelPolicy is CompiledOnly (call JitKernels.Install() of RnnJit.Jit first, or mark the cell [RnnCell] in a project "
                + "that references the generator of the package RnnJit)"));
        Assert.That(refused.Kernels, Is.EqualTo(new[] { "kernel of 3 nodes, 2 × 3, 1 in, 1 out (interpreted)" }));
        Assert.That(SaidWarnings.All, Has.None.Contains("'Refused'"), "an exception says it");
    }

    [Test]
    public void Providers_that_the_caller_chose_are_no_exception()
    {
        var chosen = new KernelChain(new InterpretedKernelProvider());
        Assert.That(Refused(Kernel, Compiled with { Kernels = chosen }).Kernels, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_loop_that_the_interpreter_would_run_is_refused_too()
    {
        InterpretedKernelException refused = Refused(Nested, Compiled);
        Assert.That(refused.Message, Does.StartWith("'RefusedNest': the loop over T is run by the interpreter, ")
            .And.EndsWith(", and KernelPolicy is CompiledOnly (change it, or allow interpreted kernels)"));
    }

    [Test]
    public void The_interpreter_is_no_device_of_compiled_kernels() =>
        Assert.That(() => Executable.Create(Parser.Parse(Kernel), Compiled with { Device = Device.Interpreter }),
            Throws.ArgumentException.With.Message.EqualTo(
                "KernelPolicy is CompiledOnly but the device 'interpreter' compiles nothing (choose another device, or AllowInterpreted)"));

    [TestCase(typeof(Lstm), true)]
    [TestCase(typeof(Unmarked), false)]
    public void Sessions_trainers_and_streams_of_a_model_follow_its_option(Type type, bool compiled)
    {
        CellDefinition cell = compiled ? CellRegistry.Find(type) : CellTracer.Trace(type);
        var net = new NetworkBuilder(compiled ? "PolicyMet" : "PolicyBroken");
        Value y = net.Output("y", net.Dense("head", net.Recurrent("layer", cell, net.Input("x", "T", "B", 2), net.Size("H", 4)), 1));
        net.Output("loss", Loss.MeanSquaredError(y, net.Input("target", "T", "B", 1)));
        using var model = new Model(net, new ModelOptions { KernelPolicy = KernelPolicy.CompiledOnly });
        Action[] uses =
        [
            () => model.Open(new SessionOptions { Steps = 3 }).Dispose(),
            () => new Trainer(model, steps: 3, batch: 2).Dispose(),
            () => new StreamingModel(model).Dispose(),
        ];
        foreach (Action use in uses)
            Assert.That(use, compiled ? Throws.Nothing : Throws.TypeOf<InterpretedKernelException>());
    }

    /// <summary>A step that no generator saw.</summary>
    public static class Unmarked
    {
        public static Value Step(Value x, Value h, Matrix W, Vector a) => Rnn.Tanh((Rnn.Exp(Rnn.Sigmoid(a)) * h * h) + (W * x));
    }
}
