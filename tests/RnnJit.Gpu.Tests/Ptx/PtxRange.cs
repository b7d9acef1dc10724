namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>Memory in cells of 4 bytes, each with its state and with those who used it last.</summary>
internal sealed class PtxRange(string name, ulong start, long bytes)
{
    /// <summary>Bytes of a cell.</summary>
    public const int Cell = 4;

    private const int Nobody = 0, Many = -1;

    private readonly byte[] data = new byte[(bytes + 7) / 8 * 8];
    private readonly State[] states = new State[(bytes + Cell - 1) / Cell];
    private readonly Users[] users = new Users[(bytes + Cell - 1) / Cell];

    [Flags]
    private enum State : byte
    {
        None = 0,
        Written = 1,
        Fenced = 2,
    }

    public ulong Start => start;

    public long Bytes => bytes;

    public void Write(long offset, ReadOnlySpan<byte> from)
    {
        from.CopyTo(data.AsSpan((int)offset));
        Mark(offset, from.Length, State.Written);
    }

    public void Read(long offset, Span<byte> to) => data.AsSpan((int)offset, to.Length).CopyTo(to);

    /// <summary>Fills bytes, which count as never written.</summary>
    public void Poison(long offset, long length, byte value)
    {
        data.AsSpan((int)offset, (int)length).Fill(value);
        Mark(offset, length, State.None);
    }

    /// <summary>From now on nobody may use these bytes.</summary>
    public void Fence(long offset, long length) => Mark(offset, length, State.Fenced);

    /// <param name="isWritten">False where nobody wrote these bytes, or wrote what was made from such.</param>
    /// <exception cref="PtxException">Bytes that are not there, not aligned, or written by another thread.</exception>
    public ulong Load(ulong address, int size, in PtxUser user, PtxInstruction instruction, out bool isWritten)
    {
        int at = Place(address, size, instruction);
        isWritten = true;
        for (int cell = at / Cell; cell < (at + size) / Cell; cell++)
        {
            isWritten &= (states[cell] & State.Written) != 0;
            ref Users last = ref Of(cell, user);
            if (!last.Writer.IsBefore(user))
                throw Wrong(instruction, cell, "races with a thread that writes");
            last.Reader = last.Reader.With(user);
        }

        return size == sizeof(ulong) ? BitConverter.ToUInt64(data, at) : BitConverter.ToUInt32(data, at);
    }

    /// <param name="isWritten">False where the value was made from bytes that nobody wrote.</param>
    /// <exception cref="PtxException">Bytes that are not there, not aligned, or used by another thread.</exception>
    public void Store(ulong address, int size, ulong value, bool isWritten, in PtxUser user, PtxInstruction instruction)
    {
        int at = Place(address, size, instruction);
        for (int cell = at / Cell; cell < (at + size) / Cell; cell++)
        {
            ref Users last = ref Of(cell, user);
            if (!last.Writer.IsBefore(user) || !last.Reader.IsBefore(user))
                throw Wrong(instruction, cell, $"races with a thread that {(last.Writer.IsBefore(user) ? "reads" : "writes")}");
            last.Writer = last.Writer.With(user);
            states[cell] = isWritten ? State.Written : State.None;
        }

        Put(at, size, value);
    }

    /// <summary>Replaces a number by a function of it in one step. Atomic operations do not race with each other.</summary>
    public ulong Update(ulong address, int size, Func<ulong, ulong> next, in PtxUser user, PtxInstruction instruction)
    {
        int at = Place(address, size, instruction);
        for (int cell = at / Cell; cell < (at + size) / Cell; cell++)
        {
            Users last = Of(cell, user);
            if ((states[cell] & State.Written) == 0)
                throw Wrong(instruction, cell, "reads what was never written:");
            if (!last.Writer.IsBefore(user) || !last.Reader.IsBefore(user))
                throw Wrong(instruction, cell, "races with a thread that uses no atomic operation on");
        }

        ulong old = size == sizeof(ulong) ? BitConverter.ToUInt64(data, at) : BitConverter.ToUInt32(data, at);
        Put(at, size, next(old));
        return old;
    }

    private void Put(int at, int size, ulong value)
    {
        if (size == sizeof(ulong))
            BitConverter.TryWriteBytes(data.AsSpan(at), value);
        else
            BitConverter.TryWriteBytes(data.AsSpan(at), (uint)value);
    }

    private int Place(ulong address, int size, PtxInstruction instruction)
    {
        long at = unchecked((long)(address - start));
        if (at < 0 || at > bytes - size)
            throw new PtxException($"{instruction} uses byte {at} of '{name}', which has {bytes}");
        if (at % size != 0)
            throw new PtxException($"{instruction} uses byte {at} of '{name}', which is not aligned to {size}");
        for (long cell = at / Cell; cell < (at + size) / Cell; cell++)
        {
            if ((states[cell] & State.Fenced) != 0)
                throw Wrong(instruction, cell, "uses what is not its own:");
        }

        return (int)at;
    }

    private ref Users Of(long cell, in PtxUser user)
    {
        ref Users last = ref users[cell];
        if (last.Launch != user.Launch)
            last = new Users { Launch = user.Launch };
        return ref last;
    }

    private void Mark(long offset, long length, State state) =>
        Array.Fill(states, state, (int)(offset / Cell), (int)((length + Cell - 1) / Cell));

    private PtxException Wrong(PtxInstruction instruction, long cell, string what) =>
        new($"{instruction} {what} byte {cell * Cell} of '{name}'");

    private struct Users
    {
        public int Launch;
        public Use Writer;
        public Use Reader;
    }

    /// <summary>The last use of a cell in a launch, by one thread, by several of a group, or by several groups.</summary>
    private struct Use
    {
        // Counted from 1.
        private int group;
        private int thread;
        private int phase;

        /// <summary>True where nobody else used the cell, but threads of the same group before a barrier.</summary>
        public readonly bool IsBefore(in PtxUser user) => group == Nobody
            || (group == user.Group + 1 && (thread == user.Thread + 1 || phase < user.Phase));

        public readonly Use With(in PtxUser user)
        {
            bool isAlone = IsBefore(user);
            return new Use
            {
                group = isAlone || group == user.Group + 1 ? user.Group + 1 : Many,
                thread = isAlone ? user.Thread + 1 : Many,
                phase = user.Phase,
            };
        }
    }
}
