using System.Globalization;
using RnnJit.Training;

namespace RnnJit.Gallery;

/// <summary>Progress of one training among several as progress of the whole run.</summary>
/// <param name="training">The number of the training, from 0.</param>
/// <param name="trainings">The number of trainings of the run.</param>
internal sealed class TrainingReports(GalleryContext context, string what, int training, int trainings) : IProgress<FitProgress>
{
    public void Report(FitProgress value)
    {
        double done = (value.Epoch - 1 + (double)value.Batch / value.Batches) / value.Epochs;
        string loss = value.Loss.ToString("0.000", CultureInfo.InvariantCulture);
        context.Report($"{what}, epoch {value.Epoch} of {value.Epochs}, loss {loss}", (training + done) / trainings);
    }
}
