using RnnJit.Gpu.Kernels;
using RnnJit.Gpu.Running;
using RnnJit.Ir;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Tests;

/// <summary>Copies of one tensor to a device and back.</summary>
public class DeviceTensorTests
{
    [Test]
    public void A_tensor_is_copied_again_after_it_changed_or_a_run_failed_that_may_have_written_it()
    {
        using var tensor = new Tensor(ElementType.F32, 4);
        using var memory = new Memory();
        var device = new DeviceTensor(memory, "P", "x", tensor, offset: 0);
        long Uploads(Action before)
        {
            long known = memory.Uploads;
            before();
            device.Upload();
            return memory.Uploads - known;
        }

        Assert.That(Uploads(() => { }), Is.EqualTo(1), "it was not there");
        Assert.That(Uploads(() => tensor.Read<float>()), Is.Zero);
        Assert.That(Uploads(() => tensor.Write<float>()), Is.EqualTo(1));
        Assert.That(Uploads(device.Change), Is.Zero, "the device has the newest values");
        Assert.That(Uploads(device.Spoil), Is.EqualTo(1));
    }

    [Test]
    public void Values_of_a_run_that_failed_are_refused_until_the_next_one()
    {
        using var tensor = new Tensor(ElementType.F32, 4);
        using var memory = new Memory();
        var device = new DeviceTensor(memory, "P", "x", tensor, offset: 0);
        device.Change();
        device.Spoil();
        Assert.That(() => tensor.Read<float>(), Throws.InvalidOperationException.With.Message.EqualTo(
            "The last run of 'P' failed before 'x' was read, which has no values now (run it again)"));
        device.Change();
        Assert.That(() => tensor.Read<float>(), Throws.Nothing);
        Assert.That(memory.Downloads, Is.EqualTo(1));
    }

    // Counts copies and keeps nothing.
    private sealed class Memory() : DeviceMemory(IlgpuDevice.OpenCpu(launches: false), checks: 1, new Dictionary<PlanBuffer, Tensor>())
    {
        public override void Launch(LaunchOperation launch, DeviceLaunch where) => throw new NotSupportedException();

        public override void Upload(long offset, ReadOnlySpan<byte> from)
        {
        }

        public override void Download(long offset, Span<byte> to)
        {
        }

        public override void Poison(long offset, long length, byte value)
        {
        }

        public override void Dispose()
        {
        }

        protected override void Prepare(LaunchOperation launch)
        {
        }
    }
}
