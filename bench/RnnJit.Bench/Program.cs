using BenchmarkDotNet.Running;
using RnnJit.Bench.Numerics;

if (args is ["numerics", var m, var n, var k])
    NumericsReport.Print(int.Parse(m), int.Parse(n), int.Parse(k));
else if (args is ["numerics"])
    NumericsReport.Print();
else
    BenchmarkSwitcher.FromAssembly(typeof(NumericsReport).Assembly).Run(args);
