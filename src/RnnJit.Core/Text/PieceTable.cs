namespace RnnJit.Text;

/// <summary>Values by names that are parts of a text, so that no name is copied.</summary>
internal sealed class PieceTable<T>
    where T : class
{
    private const int Least = 4;

    private int[] heads = new int[Least];
    private Entry[] entries = new Entry[Least];
    private int count;

    /// <summary>The names in the order in which they were added.</summary>
    public IEnumerable<string> Names
    {
        get
        {
            for (int i = 0; i < count; i++)
                yield return entries[i].Name.ToString();
        }
    }

    /// <summary>The value of a name; null where there is none.</summary>
    public T? Find(Piece name) => Find(name, name.Hash());

    /// <returns>False where the name is there already; its value stays.</returns>
    public bool TryAdd(Piece name, T value)
    {
        int hash = name.Hash();
        if (Find(name, hash) is not null)
            return false;
        if (count == entries.Length)
            Grow();
        ref int head = ref Head(hash);
        entries[count] = new Entry { Hash = hash, Next = head, Name = name, Value = value };
        head = ++count;
        return true;
    }

    // Heads and links count from 1; 0 is the end.
    private T? Find(Piece name, int hash)
    {
        for (int at = Head(hash); at > 0; at = entries[at - 1].Next)
        {
            if (entries[at - 1].Hash == hash && entries[at - 1].Name.Is(name))
                return entries[at - 1].Value;
        }

        return null;
    }

    private ref int Head(int hash) => ref heads[hash & (heads.Length - 1)];

    private void Grow()
    {
        Array.Resize(ref entries, 2 * count);
        heads = new int[entries.Length];
        for (int i = 0; i < count; i++)
        {
            ref int head = ref Head(entries[i].Hash);
            entries[i].Next = head;
            head = i + 1;
        }
    }

    private struct Entry
    {
        public int Hash, Next;

        public Piece Name;

        public T Value;
    }
}
