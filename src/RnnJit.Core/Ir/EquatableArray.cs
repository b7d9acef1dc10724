using System.Collections;

namespace RnnJit.Ir;

/// <summary>An immutable array that is equal to another when their elements are.</summary>
public readonly struct EquatableArray<T> : IEquatable<EquatableArray<T>>, IReadOnlyList<T>
{
    private readonly T[]? items;

    public EquatableArray(IEnumerable<T> items)
    {
        this.items = items.ToArray();
    }

    /// <summary>The array itself, which nobody changes any more.</summary>
    internal T[] Owned
    {
        init => items = value;
    }

    public static EquatableArray<T> Empty => default;

    public int Count => items?.Length ?? 0;

    public int Length => Count;

    public T this[int index] => items![index];

    public bool Equals(EquatableArray<T> other)
    {
        if (Count != other.Count)
            return false;

        for (int i = 0; i < Count; i++)
        {
            if (!EqualityComparer<T>.Default.Equals(items![i], other.items![i]))
                return false;
        }

        return true;
    }

    public override bool Equals(object? obj) => obj is EquatableArray<T> other && Equals(other);

    public override int GetHashCode()
    {
        int hash = 17;
        for (int i = 0; i < Count; i++)
            hash = unchecked((hash * 31) + (items![i]?.GetHashCode() ?? 0));

        return hash;
    }

    // Faster than LINQ's extension methods, which do not see that the interface is an array: passes iterate over operands very often.
    public IEnumerable<TResult> Select<TResult>(Func<T, TResult> selector) => Enumerable.Select(items ?? [], selector);

    public bool Any(Func<T, bool> test)
    {
        for (int i = 0; i < Count; i++)
        {
            if (test(items![i]))
                return true;
        }

        return false;
    }

    public bool All(Func<T, bool> test) => !Any(item => !test(item));

    public T[] ToArray() => items is null ? [] : (T[])items.Clone();

    public Enumerator GetEnumerator() => new(items ?? []);

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)(items ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => (items ?? []).GetEnumerator();

    public override string ToString() => string.Join(", ", this);

    public static bool operator ==(EquatableArray<T> left, EquatableArray<T> right) => left.Equals(right);

    public static bool operator !=(EquatableArray<T> left, EquatableArray<T> right) => !left.Equals(right);

    /// <summary>Walks over the items; nothing is allocated.</summary>
    public struct Enumerator(T[] items)
    {
        private int index = -1;

        public readonly T Current => items[index];

        public bool MoveNext() => ++index < items.Length;
    }
}

public static class EquatableArray
{
    public static EquatableArray<T> ToEquatable<T>(this IEnumerable<T> items) => new(items);

    /// <summary>The array itself, which nobody changes any more.</summary>
    internal static EquatableArray<T> Owning<T>(T[] items) => new() { Owned = items };

    public static EquatableArray<T> Of<T>(params T[] items) => new(items);
}
