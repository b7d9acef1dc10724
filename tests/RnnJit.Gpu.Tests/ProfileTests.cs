using ILGPU;
using ILGPU.Runtime;
using RnnJit.Contracts;
using RnnJit.Gpu.Running;
using RnnJit.Gpu.Tests.Ptx;
using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Tests;

/// <summary>Times of the lines of a plan on a device.</summary>
public class ProfileTests
{
    [OneTimeSetUp]
    public void Install() => PtxDevice.Install();

    // With lengths each step of a loop holds and clears rows, which is marked as the loop's own time.
    [Test]
    public void Each_line_is_marked_as_often_as_a_run_executes_it()
    {
        var (program, sizes, data) = PtxMutants.Cell();
        using Executable executable =
            Executable.Create(program, new ExecutableOptions { Device = Device.Parse("ptx"), Sizes = sizes, Profile = true });
        for (int run = 0; run < 2; run++)
            CellProgram.Run(executable, data);
        IReadOnlyList<PlanLine> lines = executable.Plan;

        // The lines of a loop's step stand deeper behind its own.
        int[] loops = [.. Enumerable.Range(0, lines.Count - 1).Where(l => lines[l + 1].Depth > lines[l].Depth)];
        int[] others = [.. Enumerable.Range(0, lines.Count).Except(loops)];
        Assert.That(others.Select(l => executable.PlanSeconds[l]), Is.EqualTo(others.Select(l => (double)lines[l].Times)));
        Assert.That(loops, Has.Length.EqualTo(2));
        foreach (int loop in loops)
            Assert.That(executable.PlanSeconds[loop], Is.GreaterThan(1).And.Matches<double>(marks => (marks - 1) % sizes["T"] == 0),
                lines[loop].Text);
    }

    [Test]
    public void A_run_that_is_not_profiled_has_no_times()
    {
        var (program, sizes, data) = PtxMutants.Rows();
        using Executable executable = Executable.Create(program, new ExecutableOptions { Device = Device.Parse("ptx"), Sizes = sizes });
        CellProgram.Run(executable, data);
        Assert.That(executable.PlanSeconds, Is.Empty);
    }

    [Test]
    public void Events_are_measured_from_the_first_on_and_do_not_pile_up()
    {
        IlgpuDevice device = IlgpuDevice.OpenCpu(launches: false);
        using AcceleratorStream stream = device.Accelerator.CreateStream();
        var timer = new EventTimer(stream, lines: 2);
        const int Sleep = 30;
        timer.Start();
        Thread.Sleep(Sleep);
        timer.Mark(0);
        int most = 0;
        for (int mark = 0; mark < 5000; mark++)
        {
            timer.Mark(1);
            most = Math.Max(most, timer.Waiting);
        }

        timer.Finish();

        // A sleep may end late and not early; the clock of events counts in 100 ns and its ticks may be 16 ms apart.
        Assert.That(timer.Seconds[0], Is.GreaterThan((Sleep - 16) / 1e3));
        Assert.That(most, Is.LessThanOrEqualTo(1024));
        Assert.That(timer.Waiting, Is.Zero);
        timer.Start();
        timer.Finish();
        Assert.That(timer.Seconds, Is.All.Zero, "a run that marks nothing");
    }
}
