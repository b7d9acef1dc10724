using RnnJit.Gpu.Kernels;
using RnnJit.Gpu.Running;
using RnnJit.Ir;
using RnnJit.Networks;
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

    [Test]
    public void Values_go_from_plan_to_plan_of_one_device_without_the_host([Values] bool same)
    {
        GpuDevice device = IlgpuDevice.OpenCpu(launches: false);
        using var tensor = new Tensor(ElementType.F32, 4);
        using Memory first = new(device), second = same ? new Memory(device) : new Memory();
        DeviceTensor giver = new(first, "P", "x", tensor, offset: 0), taker = new(second, "Q", "x", tensor, offset: 64);
        giver.Change();
        taker.FetchFromOthers();
        taker.Upload();
        int host = same ? 0 : 1;
        Assert.That((first.Downloads, second.Uploads, second.Copies), Is.EqualTo(((long)host, (long)host, 1 - host)));
        Assert.That(taker.IsCurrent);
        taker.Upload();
        Assert.That(second.Copies, Is.EqualTo(1 - host), "it is there");
        tensor.Read<float>();
        Assert.That(first.Downloads, Is.EqualTo(1), "the host has them once");
        tensor.Write<float>();
        taker.Upload();
        Assert.That((second.Uploads, second.Copies), Is.EqualTo((host + 1L, 1 - host)), "now the host has the newest");
    }

    [Test]
    public void Values_that_a_failed_run_left_are_taken_by_no_other_plan()
    {
        GpuDevice device = IlgpuDevice.OpenCpu(launches: false);
        using var tensor = new Tensor(ElementType.F32, 4);
        using Memory first = new(device), second = new(device);
        DeviceTensor giver = new(first, "P", "x", tensor, offset: 0), taker = new(second, "Q", "x", tensor, offset: 64);
        giver.Change();
        giver.Spoil();
        Assert.That(taker.FetchFromOthers, Throws.InvalidOperationException.With.Message.Contains("'P' failed"));
        Assert.That(second.Copies, Is.Zero);
    }

    // The whole of a block is on a device; a part of it is newer, and elsewhere.
    [Test]
    public void A_tensor_with_a_newer_part_is_fetched()
    {
        GpuDevice device = IlgpuDevice.OpenCpu(launches: false);
        using var block = new TensorBlock(ElementType.F32, [("a", [4]), ("b", [4])]);
        using Memory first = new(device), second = new(device), third = new();
        DeviceTensor giver = new(first, "P", "whole", block.Whole, offset: 0), taker = new(second, "Q", "whole", block.Whole, offset: 0);
        DeviceTensor part = new(third, "R", "a", block.Parts["a"], offset: 0);
        giver.Change();
        part.Change();
        taker.FetchFromOthers();
        taker.Upload();
        Assert.That((third.Downloads, second.Copies, second.Uploads), Is.EqualTo((1L, 0, 1L)));
    }

    // Counts copies and keeps nothing.
    private sealed class Memory(GpuDevice device) : DeviceMemory(device, checks: 1, new Dictionary<PlanBuffer, Tensor>())
    {
        public Memory()
            : this(IlgpuDevice.OpenCpu(launches: false))
        {
        }

        public int Copies { get; private set; }

        public override void Launch(LaunchOperation launch, DeviceLaunch where) => throw new NotSupportedException();

        public override unsafe void Upload(long offset, byte* from, long bytes)
        {
        }

        public override unsafe void Download(long offset, byte* to, long bytes)
        {
        }

        public override void CopyFrom(DeviceMemory other, long otherOffset, long offset, long bytes) => Copies++;

        public override DeviceTimer CreateTimer(int lines) => throw new NotSupportedException();

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
