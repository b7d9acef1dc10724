using System.Globalization;

namespace RnnJit.Files;

/// <summary>The header of an npy file: a Python dictionary of three entries, each of which occurs once. It is parsed, never
/// evaluated.</summary>
internal sealed record NpyHeader(SafetensorsDtype Dtype, bool Fortran, long[] Shape)
{
    private const int MostAxes = 32;

    /// <exception cref="WeightFileException">The text is no such header.</exception>
    public static NpyHeader Parse(string text, string source) => new Reader(text, source).Read();

    private sealed class Reader(string text, string source)
    {
        private int at;

        public NpyHeader Read()
        {
            string? dtype = null;
            bool? fortran = null;
            long[]? shape = null;
            Expect('{');
            while (!Next('}'))
            {
                string key = Quoted();
                Expect(':');
                if (key == "descr" && dtype is null)
                    dtype = Peek() == '[' ? throw Wrong("a record of several fields") : Quoted();
                else if (key == "fortran_order" && fortran is null)
                    fortran = Flag();
                else if (key == "shape" && shape is null)
                    shape = Tuple();
                else
                    throw Wrong($"an entry '{key}'");
                if (!Next(','))
                {
                    Expect('}');
                    break;
                }
            }

            if (Peek() != '\0')
                throw Wrong("something behind its end");
            if (dtype is null || fortran is null || shape is null)
                throw Wrong("no 'descr', 'fortran_order' or 'shape'");
            return new NpyHeader(NpyDtype.Parse(dtype, source), fortran.Value, shape);
        }

        private long[] Tuple()
        {
            var extents = new List<long>();
            Expect('(');
            while (!Next(')'))
            {
                if (extents.Count == MostAxes)
                    throw Wrong($"more than {MostAxes} axes");
                Skip();
                int begin = at;
                while (at < text.Length && char.IsAsciiDigit(text[at]))
                    at++;
                if (!long.TryParse(text.AsSpan(begin, at - begin), NumberStyles.None, CultureInfo.InvariantCulture, out long extent))
                    throw Wrong("a shape that is no tuple of numbers from 0 to 2^63 − 1");
                extents.Add(extent);
                if (!Next(','))
                {
                    Expect(')');
                    break;
                }
            }

            return [.. extents];
        }

        private string Quoted()
        {
            char quote = Peek();
            int end = quote is '\'' or '"' ? text.IndexOf(quote, at + 1) : -1;
            if (end < 0)
                throw Wrong("no quoted text where one is wanted");
            string found = text[(at + 1)..end];
            at = end + 1;
            return found;
        }

        private bool Flag()
        {
            Skip();
            foreach (bool flag in new[] { false, true })
            {
                string word = flag ? "True" : "False";
                if (string.CompareOrdinal(text, at, word, 0, word.Length) != 0)
                    continue;
                at += word.Length;
                return flag;
            }

            throw Wrong("an order that is neither True nor False");
        }

        private void Expect(char c)
        {
            if (!Next(c))
                throw Wrong($"no '{c}' at character {at}");
        }

        private bool Next(char c)
        {
            if (Peek() != c)
                return false;
            at++;
            return true;
        }

        private char Peek()
        {
            Skip();
            return at < text.Length ? text[at] : '\0';
        }

        private void Skip()
        {
            while (at < text.Length && text[at] is (' ' or '\n' or '\t' or '\r'))
                at++;
        }

        private WeightFileException Wrong(string found) => new(
            $"{source} has a NumPy header with {found}, wanted {{'descr': …, 'fortran_order': …, 'shape': (…)}} (it is damaged)");
    }
}
