using BenchmarkDotNet.Running;
using RnnJit.Bench.Numerics;

if (args is ["numerics", ..])
    NumericsReport.Print();
else
    BenchmarkSwitcher.FromAssembly(typeof(NumericsReport).Assembly).Run(args);
