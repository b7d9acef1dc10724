using BenchmarkDotNet.Running;
using RnnJit.Bench.Gallery;
using RnnJit.Bench.Numerics;

if (args is ["numerics", var m, var n, var k])
    NumericsReport.Print(int.Parse(m), int.Parse(n), int.Parse(k));
else if (args is ["numerics"])
    NumericsReport.Print();
else if (args is ["gallery", .. var options])
    return GalleryBench.Execute(options);
else
    BenchmarkSwitcher.FromAssembly(typeof(NumericsReport).Assembly).Run(args);
return 0;
