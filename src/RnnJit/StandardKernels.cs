[assembly: RnnJit.Emit.StandardKernels]
