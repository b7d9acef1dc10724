using RnnJit.Cells;
using RnnJit.Contracts;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;
using RnnJit.Training;
using static RnnJit.Gpu.Tests.Run;

namespace RnnJit.Gpu.Tests;

/// <summary>The tensors that a training step leaves on a device, and their transfers to the host.</summary>
public class TrainingResidenceTests
{
    // The check is read after all launches; the norm sees it, so parameters, moments and states on the device are replaced by nothing.
    [Test]
    public void A_wrong_index_changes_nothing([Values] bool read, [Values] bool split)
    {
        NetworkBuilder network = CharacterNetwork.Build(CellTracer.Trace(typeof(Gru)), 11, 1, 5, 4, 0.25);
        var options = new TrainerOptions { CarryState = true, SplitStep = split };
        using var cpu = new Run(network, Device.Cpu, options);
        using var device = new Run(network, OnDevice, options);
        cpu.Train(0, 2);
        device.Train(0, 2);
        if (read)
            Bits.AssertEqual(device.Everything, cpu.Everything, "before");
        string Sentence(Run run)
        {
            run.Fill(new Random(9));
            run.Trainer.Input("x").Write<int>()[2] = 11;
            return Assert.Throws<ArgumentOutOfRangeException>(() => run.Trainer.Step())!.Message;
        }

        Assert.That(Sentence(device), Is.EqualTo(Sentence(cpu)));
        Bits.AssertEqual(device.Everything, cpu.Everything, "after a wrong index");
        AssertSame(cpu, device, 2, 4);
        Bits.AssertEqual(device.Everything, cpu.Everything, "after it was put right");
    }

    [Test]
    public void A_step_after_the_first_allocates_nothing_and_brings_nothing_back()
    {
        using var device = new Run(Network(typeof(Lstm), 5), OnDevice, new TrainerOptions { ClipNorm = 0.05, CarryState = true });
        device.Train(0, 3);
        device.Fill(new Random(3));
        long downloads = device.Trainer.Downloads, before = GC.GetAllocatedBytesForCurrentThread();
        for (int update = 0; update < 5; update++)
            device.Trainer.Step();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(device.Trainer.Downloads, Is.EqualTo(downloads));
    }

    // Gradients, parameters and moments go from part to part of the step in the memory of the device.
    [Test]
    public void A_split_step_brings_its_loss_to_the_host_and_nothing_else()
    {
        var options = new TrainerOptions { ClipNorm = 0.05, CarryState = true, SplitStep = true };
        using var device = new Run(Network(typeof(Lstm), 5), OnDevice, options);
        using var cpu = new Run(Network(typeof(Lstm), 5), Device.Cpu, options);
        cpu.Train(0, 6);
        device.Train(0, 3);
        (long downloads, long uploads) = (device.Trainer.Downloads, device.Trainer.Uploads);
        for (int update = 3; update < 6; update++)
        {
            device.Train(update, update + 1);
            Assert.That(device.Trainer.Downloads, Is.EqualTo(++downloads), $"update {update}");
        }

        Assert.That(device.Trainer.Uploads - uploads, Is.EqualTo(3 * (device.Given + Adam.Length + 1)),
            "data, numbers of a step, and the loss that was read");
        Bits.AssertEqual(device.Everything, cpu.Everything, "all that a step replaces");
    }

    private static readonly string[] Adam = ["rate", "correction"];

    [Test]
    public void What_is_read_between_updates_is_fetched_once()
    {
        using var device = new Run(Network(typeof(Lstm), 5), OnDevice, new TrainerOptions { CarryState = true });
        using var cpu = new Run(Network(typeof(Lstm), 5), Device.Cpu, new TrainerOptions { CarryState = true });
        device.Train(0, 2);
        cpu.Train(0, 2);
        Tensor parameter = device.Parameter("head.W");
        (long downloads, long uploads) = (device.Trainer.Downloads, device.Trainer.Uploads);
        for (int read = 0; read < 1000; read++)
            Assert.That(parameter.Read<float>()[1], Is.EqualTo(cpu.Parameter("head.W").Read<float>()[1]));
        Assert.That(device.Trainer.Downloads, Is.EqualTo(downloads + 1));
        Bits.AssertEqual(device.Everything, cpu.Everything, "all that a step replaces");
        int replaced = device.Trainer.StepProgram.Inputs.Count(port => port.Role is PortRole.Parameter or PortRole.State);
        Assert.That(device.Trainer.Downloads, Is.EqualTo(downloads + replaced), "each once");
        AssertSame(cpu, device, 2, 3);
        Assert.That(device.Trainer.Uploads, Is.EqualTo(uploads + device.Given), "data and numbers of a step, nothing that was read");
    }

    [Test]
    public void Parameters_outlive_the_trainer_that_has_them_on_a_device()
    {
        NetworkBuilder network = Network(typeof(Gru), 5);
        using var cpu = new Run(network, Device.Cpu, new TrainerOptions());
        using var device = new Run(network, OnDevice, new TrainerOptions());
        cpu.Train(0, 3);
        device.Train(0, 3);
        device.Trainer.Dispose();
        Bits.AssertEqual(device.Parameters, cpu.Parameters, "parameters of a disposed trainer");
        device.Trainer.Dispose();
    }

    [Test]
    public void A_model_may_be_disposed_before_the_trainer_that_has_its_parameters_on_a_device()
    {
        var device = new Run(Network(typeof(Gru), 5), OnDevice, new TrainerOptions());
        device.Train(0, 1);
        Tensor parameter = device.Parameter("head.W");
        device.DisposeModelFirst();
        Assert.That(() => parameter.Read<float>(), Throws.TypeOf<ObjectDisposedException>());
    }
}
