using System.Collections.Concurrent;
using RnnJit.Cpu;
using RnnJit.Kernels;
using RnnJit.Planning;
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

    private static void Run(string text, Func<ExecutableOptions, ExecutableOptions>? change = null)
    {
        var options = new ExecutableOptions { Sizes = new Dictionary<string, int> { ["T"] = 2, ["B"] = 2, ["H"] = 3 } };
        using Executable executable = Executable.Create(Parser.Parse(text), change is null ? options : change(options));
        executable.Run();
    }

    private static string[] Said(string name) => [.. SaidWarnings.All.Where(sentence => sentence.Contains($"'{name}'", StringComparison.Ordinal))];

    [Test]
    public void A_sentence_is_said_once_for_each_key_whatever_thread_says_it()
    {
        var said = new ConcurrentQueue<string>();
        var log = new WarningLog(said.Enqueue);
        Parallel.For(0, 64, i => log.Once("RNNJ220", $"{i % 2}", $"Sentence {i % 2}"));
        Assert.That(said, Is.EquivalentTo(new[] { "warning RNNJ220: Sentence 0", "warning RNNJ220: Sentence 1" }));
    }

    [Test]
    public void Silence_is_not_counted_as_said_and_a_sink_that_throws_ends_nothing()
    {
        var said = new ConcurrentQueue<string>();
        var log = new WarningLog(null);
        log.Once("RNNJ220", "a", "A");
        log.Sink = _ => throw new InvalidOperationException("No room");
        Assert.That(() => log.Once("RNNJ220", "b", "B"), Throws.Nothing);
        log.Sink = said.Enqueue;
        log.Once("RNNJ220", "a", "A");
        log.Once("RNNJ220", "b", "B");
        Assert.That(said, Is.EqualTo(new[] { "warning RNNJ220: A" }));
    }

    [Test]
    public void The_number_of_warnings_is_bounded()
    {
        int said = 0;
        var log = new WarningLog(_ => said++);
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
            "warning RNNJ220: 'WarnedOnce': 1 of 1 kernels are interpreted, 20 to 60 times slower than compiled ones (call JitKernels.Install() of RnnJit.Jit first, or mark the cell [RnnCell] in a project that references the generator)",
        }));
    }

    [Test]
    public void Interpreted_kernels_that_were_chosen_are_not_said()
    {
        Run(Kernels("WarnedNever"), options => options with { Kernels = new KernelChain(new InterpretedKernelProvider()) });
        Run(Kernels("WarnedNever"), options => options with { Backend = Backend.Interpreter });
        Assert.That(Said("WarnedNever"), Is.Empty);
    }

    [Test]
    public void A_loop_that_the_interpreter_runs_is_said_by_run_plan_and_remarks()
    {
        const string Reason = "about 100 times slower than compiled: loops stand 3 deep and are planned 2 deep";
        Run(Nested("WarnedLoop"));
        Assert.That(Said("WarnedLoop"), Has.Some.Contains("RNNJ222").And.Some.Contains("the loop over T is run by the interpreter, " + Reason));
        Assert.That(Remarks.Of(Parser.Parse(Nested("Told"))), Has.Some.StartsWith("Loop 1 is run by the interpreter, " + Reason));
    }

    [TestCase(128, 512, true)]
    [TestCase(128, 256, true)]
    [TestCase(128, 128, false)]
    [TestCase(256, 512, false)]
    public void Vectors_of_128_bits_are_said_where_the_processor_has_wider_ones(int compiled, int machine, bool said) =>
        Assert.That(CpuWidth.Narrow(compiled, machine), said ? Does.Contain($"{compiled} bits but the processor has {machine}").And.Contain("x86-64-v3, x86-64-v4 or native") : Is.Null);
}
