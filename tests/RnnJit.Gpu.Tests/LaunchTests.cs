using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Contracts;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Tests;

/// <summary>Launches on threads of ILGPU's CPU accelerator: <c>ilgpu-cpu:1</c>.</summary>
public class LaunchTests
{
    [Test]
    public void Launches_on_threads_give_the_same_bits([Values(typeof(Lstm), typeof(LstmLayerNorm))] Type type)
    {
        var cell = new CellProgram(CellTracer.Trace(type), Lengths: true);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(steps: 2, batch: 3);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        var options = new ExecutableOptions { Sizes = sizes };
        using Executable calls = Executable.Create(program, options with { Device = Device.Parse("ilgpu-cpu") }),
            launches = Executable.Create(program, options with { Device = Device.Parse("ilgpu-cpu:1") });
        Bits.AssertEqual(CellProgram.Run(launches, data), CellProgram.Run(calls, data), "on threads");
    }
}
