[assembly: RnnJit.Planning.StandardKernels]
