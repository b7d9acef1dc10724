using RnnJit.Data;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Gallery;

/// <summary>A system that trains one network over batches of a data set.</summary>
internal interface ITrainedSystem : IGallerySystem
{
    /// <summary>The training of a run with this seed, before its first step.</summary>
    /// <exception cref="TextDataException">The data set is missing or damaged.</exception>
    SystemTraining Training(GalleryContext context, ulong seed);
}

/// <summary>Parts of a system's training.</summary>
/// <param name="Network">The network, whose output <c>loss</c> is lowered.</param>
/// <param name="Batches">The batches of each epoch.</param>
/// <param name="Rate">The learning rate of each step.</param>
internal sealed record SystemTraining(NetworkBuilder Network, IBatches Batches, ILearningRate Rate);
