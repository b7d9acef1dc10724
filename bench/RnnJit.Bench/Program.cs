using BenchmarkDotNet.Running;
using RnnJit.Bench.Distributed;
using RnnJit.Bench.Gallery;
using RnnJit.Bench.Numerics;
using RnnJit.Bench.Starts;
using RnnJit.Bench.Targets;
using RnnJit.Cli;

if (args is ["numerics", var m, var n, var k])
    NumericsReport.Print(int.Parse(m), int.Parse(n), int.Parse(k));
else if (args is ["numerics"])
    NumericsReport.Print();
else if (args is ["start", .. var starts])
    return StartBench.Execute(starts);
else if (args is ["gallery", .. var options])
    return GalleryBench.Execute(options);
else if (args is ["targets", ..])
{
    OwnProcess.Program = typeof(NumericsReport).Assembly.Location;
    using Interruption interruption = Interruption.OfProcess();
    return TargetsCommand.Execute(args, Terminal.OfProcess(interruption));
}
else if (args is ["distributed", .. var distributed])
    return DistributedBench.Execute(distributed);
else
    BenchmarkSwitcher.FromAssembly(typeof(NumericsReport).Assembly).Run(args);
return 0;
