using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RnnJit.Cpu;
using RnnJit.Ir;
using RnnJit.Kernels;
using RnnJit.Networks;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Plans;
using RnnJit.Runtime;
using RnnJit.Text;

namespace RnnJit.Tests;

public class WarningsTests
{
    // A name of its own for each test: a warning is said once a process.
    private static string Kernels(string name) => $$"""
        program {{name}}
          input x: f32[B, H]
          %0 = tanh x
          %1 = exp %0
          %2 = sigmoid %1
          return y = %2
        """;

    private static string Nested(string name) => $$"""
        program {{name}}
          input x: f32[T, B, H]
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

    // A step that moves rows of its state.
    private static string Moving(string name, string move) => $$"""
        program {{name}}
          input x: f32[T, B, H]
          input i: i32[T, B]
          input h: f32[B, H]
          %0 = scan[T] x, i, h {
            sequence x: f32[B, H]
            sequence i: i32[B]
            state h: f32[B, H]
            %0 = {{move}}
            %1 = mul %0, x
            %2 = tanh %1
            next h = %2
          }
          %1 = sum[0, 1] %0
          %2 = reshape[] %1
          return loss = %2
        """;

    private static readonly ExecutableOptions Small = new() { Sizes = new Dictionary<string, int> { ["T"] = 2, ["B"] = 2, ["H"] = 3 } };

    private static void Run(string text, Func<ExecutableOptions, ExecutableOptions>? change = null)
    {
        using Executable executable = Executable.Create(Parser.Parse(text), change is null ? Small : change(Small));
        executable.Run();
    }

    private static string[] Said(string name) =>
        [.. SaidWarnings.All.Where(sentence => sentence.Contains($"'{name}'", StringComparison.Ordinal))];

    [Test]
    public void A_sentence_is_said_once_for_each_key_whatever_thread_says_it()
    {
        var said = new ConcurrentQueue<string>();
        var log = new WarningLog(new SentenceLogger(said.Enqueue));
        Parallel.For(0, 64, i => log.Once("RNNJ220", $"{i % 2}", $"Sentence {i % 2}"));
        Assert.That(said, Is.EquivalentTo(new[] { "warning RNNJ220: Sentence 0", "warning RNNJ220: Sentence 1" }));
    }

    [Test]
    public void Silence_is_not_counted_as_said_and_a_logger_that_throws_ends_nothing()
    {
        var said = new ConcurrentQueue<string>();
        var log = new WarningLog(NullLogger.Instance);
        log.Once("RNNJ220", "a", "A");
        log.Logger = new SentenceLogger(_ => throw new InvalidOperationException("No room"));
        Assert.That(() => log.Once("RNNJ220", "b", "B"), Throws.Nothing);
        log.Logger = new SentenceLogger(said.Enqueue);
        log.Once("RNNJ220", "a", "A");
        log.Once("RNNJ220", "b", "B");
        Assert.That(said, Is.EqualTo(new[] { "warning RNNJ220: A" }));
    }

    [Test]
    public void A_logger_is_given_level_event_and_the_parts_of_the_message()
    {
        var logger = new Parts();
        new WarningLog(logger).Once("RNNJ220", "a", "A {0}");
        Assert.That(logger.Found, Is.EqualTo(new[] { "Warning 220 RNNJ220", "Id=RNNJ220", "Sentence=A {0}", "RNNJ220: A {0}" }));
    }

    private sealed class Parts : ILogger
    {
        public List<string> Found { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? e, Func<TState, Exception?, string> formatter)
        {
            Found.Add($"{level} {id.Id} {id.Name}");
            foreach (var (key, value) in (IEnumerable<KeyValuePair<string, object?>>)state!)
            {
                if (key != "{OriginalFormat}")
                    Found.Add($"{key}={value}");
            }

            Found.Add(formatter(state, e));
        }
    }

    [Test]
    public void The_number_of_warnings_is_bounded()
    {
        int said = 0;
        var log = new WarningLog(new SentenceLogger(_ => said++));
        for (int i = 0; i < 2 * WarningLog.Most; i++)
            log.Once("RNNJ220", $"{i}", "A");
        Assert.That(said, Is.EqualTo(WarningLog.Most));
    }

    [Test]
    public void Interpreted_kernels_are_said_once_with_the_cure()
    {
        Run(Kernels("WarnedOnce"));
        Run(Kernels("WarnedOnce"));
        Assert.That(Said("WarnedOnce"), Is.EqualTo(new[]
        {
            "warning RNNJ220: 'WarnedOnce': 1 of 1 kernels are interpreted, 20 to 60 times slower than compiled ones "
                + "(call JitKernels.Install() of RnnJit.Jit first, or mark the cell [RnnCell] in a project that references the "
                + "generator of the package RnnJit)",
        }));
    }

    [Test]
    public void Interpreted_kernels_that_were_chosen_are_not_said()
    {
        Run(Kernels("WarnedNever"), options => options with { Kernels = new KernelChain(new InterpretedKernelProvider()) });
        Run(Kernels("WarnedNever"), options => options with { Device = Device.Interpreter });
        Assert.That(Said("WarnedNever"), Is.Empty);
    }

    [Test]
    public void A_loop_that_the_interpreter_runs_is_said_once_by_runs_and_is_a_fallback_of_the_plan()
    {
        const string name = "WarnedNest", reason = "loops stand 3 deep and are planned 2 deep";
        Graph program = Parser.Parse(Nested(name));
        for (int i = 0; i < 2; i++)
        {
            using Executable executable = Executable.Create(program, Small);
            executable.Run();
            Assert.That(executable.Fallbacks, Has.One.StartsWith(
                $"'{name}': the loop over T is run by the interpreter, {HostOpCommand.FactorOfLoops} "
                + $"than compiled: {reason}"));
            Assert.That(executable.Plan.Select(line => line.Text),
                Has.Some.StartsWith($"scan, interpreted, {HostOpCommand.FactorOfLoops} than compiled: {reason}"));
        }

        Assert.That(Said(name).Where(sentence => sentence.Contains("RNNJ222")), Has.One.StartsWith(
            $"warning RNNJ222: '{name}': the loop over T is run by the interpreter, "
                + $"{HostOpCommand.FactorOfLoops} than compiled: {reason}"));
        Assert.That(Remarks.Of(program), Has.None.StartsWith("Loop 1"));
        Assert.That(Remarks.Of(program, loopDepth: 3), Has.Some.StartsWith("Loop 1"), "of a device that plans it");
    }

    [TestCase("WarnedGather", "gather h, i")]
    [TestCase("WarnedScatter", "scatter[B] i, h")]
    [TestCase("WarnedScatterAdd", "scatteradd x, i, h")]
    public void Gathers_and_scatters_in_a_step_are_compiled_and_so_are_their_adjoints(string name, string op)
    {
        Graph forward = Parser.Parse(Moving(name, op)), both = Differentiate.Run(forward, "loss", ["x"]);
        foreach (Graph program in (Graph[])[forward, both])
        {
            using Executable executable = Executable.Create(program, Small);
            Assert.That(executable.BufferPlan!.AllCommands.OfType<HostOpCommand>(), Is.Empty);
            Assert.That(Said(name), Has.None.Contains("RNNJ222"));
            Assert.That(executable.Fallbacks, Has.None.Contains("interpreter"));
        }
    }

    [Test]
    public void Weights_in_16_bits_that_no_product_reads_are_said_once()
    {
        for (int i = 0; i < 2; i++)
            Run(Kernels("WarnedStored"), options => options with { Weights = WeightStorage.BFloat16 });
        Assert.That(Said("WarnedStored"), Has.One.StartsWith(
            "warning RNNJ227: 'WarnedStored': no weights are stored as BFloat16, for no compiled product reads a matrix of parameters"));

        var net = new NetworkBuilder("StoredWell");
        net.Output("y", net.Dense("head", net.Input("x", "T", "B", 3), 2));
        using var model = new Model(net, new ModelOptions { Weights = WeightStorage.BFloat16 });
        model.Open(new SessionOptions()).Dispose();
        Assert.That(Said("StoredWell"), Has.None.Contains("RNNJ227"));
    }

    [TestCase(false, true, true)]
    [TestCase(true, true, false)]
    [TestCase(false, false, false)]
    public void Products_without_fused_multiply_add_are_said_where_the_processor_has_it(bool used, bool machine, bool said) =>
        Assert.That(CpuWidth.Unfused(used, machine),
            said ? Does.Contain("without fused multiply-add").And.Contain("unset DOTNET_EnableAVX2") : Is.Null);

    // A program compiled ahead of time has no variables of a JIT to unset, and its project may accept narrow vectors.
    [TestCase(true, true, "RNNJ225")]
    [TestCase(true, false, "RNNJ225")]
    [TestCase(false, true, "RNNJ221")]
    [TestCase(false, false, null)]
    public void The_warning_of_slow_vectors_is_that_of_the_compiler(bool isJit, bool warns, string? id) =>
        Assert.That(CpuWidth.Choose(isJit, warns, "narrow", "unfused")?.Id, Is.EqualTo(id));

    [TestCase(128, 512, true)]
    [TestCase(128, 256, true)]
    [TestCase(128, 128, false)]
    [TestCase(256, 512, true)]
    [TestCase(512, 512, false)]
    public void Vectors_are_said_where_the_processor_has_wider_ones(int compiled, int machine, bool said) =>
        Assert.That(CpuWidth.Narrow(compiled, machine), said ? Does.Contain($"{compiled} bits but the processor has {machine}").And
            .Contain("x86-64-v3, x86-64-v4 or native") : Is.Null);
}
