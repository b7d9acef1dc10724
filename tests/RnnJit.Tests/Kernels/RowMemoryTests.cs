using System.Runtime.CompilerServices;
using RnnJit.Kernels;

namespace RnnJit.Tests.Kernels;

public unsafe class RowMemoryTests
{
    [Test]
    public void Rows_have_room_of_their_own_from_the_beginning_of_a_line_of_the_cache([Values(1, 5, 16, 17, 5000)] int columns)
    {
        ref float memory = ref RowMemory.Take<float>(3, columns);
        for (int row = 0; row < 3; row++)
        {
            Assert.That((nint)Unsafe.AsPointer(ref RowMemory.Row(ref memory, row, columns)) % 64, Is.EqualTo((nint)0));
            RowMemory.Span(ref memory, row, columns).Fill(row);
        }

        for (int row = 0; row < 3; row++)
            Assert.That(RowMemory.Span(ref memory, row, columns).ToArray(), Is.All.EqualTo((float)row));
    }

    [Test]
    public void A_thread_takes_its_memory_once()
    {
        ref double first = ref RowMemory.Take<double>(2, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ref double again = ref RowMemory.Take<double>(1, 200);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(Unsafe.AreSame(ref first, ref again));
    }
}
