using RnnJit.Files;

namespace RnnJit.Import;

/// <summary>
/// The tensors of what a pickle holds, by name: those of nested dictionaries have the keys before them, <c>state_dict.rnn.weight_ih_l0</c>.
/// Numbers, texts and lists are left out.
/// </summary>
internal static class StateDict
{
    private const int Deepest = 16, MostNodes = 1_000_000, MostTensors = 65_536, LongestName = 512;

    /// <param name="limit">The bytes that all tensors may take together.</param>
    /// <exception cref="WeightFileException">There is no dictionary, a name occurs twice, it is nested without end, or it takes more
    /// memory.</exception>
    public static List<(string Name, PickleTensor Tensor)> Of(object? value, long limit, string source)
    {
        if (value is not PickleDictionary root)
            throw new WeightFileException(
                $"{source} holds {Kind(value)}, wanted a dictionary of tensors (save model.state_dict())");
        var found = new List<(string, PickleTensor)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        int nodes = 0;
        long bytes = 0;
        void Add(PickleDictionary dictionary, string prefix, int depth)
        {
            if (depth > Deepest)
                throw new WeightFileException($"{source} has dictionaries nested more than {Deepest} deep (it is no state dict)");
            foreach (var (key, item) in dictionary.Entries)
            {
                if (++nodes > MostNodes)
                    throw new WeightFileException($"{source} has more than {MostNodes} entries (it is damaged or made to fill memory)");
                string name = prefix + (key is string or Int128 ? key.ToString() : throw new WeightFileException(
                    $"{source} has a dictionary with a key that is {Kind(key)}, wanted a text (it is no state dict)"));
                if (name.Length > LongestName)
                    throw new WeightFileException($"{source} has a name of {name.Length} characters, wanted at most {LongestName}");
                if (item is PickleDictionary nested)
                    Add(nested, name + ".", depth + 1);
                if (item is not PickleTensor tensor)
                    continue;
                if (!names.Add(name))
                    throw new WeightFileException($"{source} has tensor '{name}' twice (it is damaged)");
                if (found.Count == MostTensors)
                    throw new WeightFileException($"{source} has more than {MostTensors} tensors (it is no state dict)");
                bytes += tensor.Count * TensorView.ElementSize(tensor.Storage.Dtype);
                if (bytes > limit)
                    throw new WeightFileException(
                        $"{source} has tensors of more than {limit} bytes, 64 MB and 16 times the file (it is made to fill memory)");
                found.Add((name, tensor));
            }
        }

        Add(root, "", 0);
        return found;
    }

    private static string Kind(object? value) => value switch
    {
        null => "None",
        PickleTensor => "a tensor",
        PickleTuple => "a tuple",
        List<object?> => "a list",
        string => "a text",
        PickleStorage => "a storage",
        PickleName name => $"'{name}'",
        PickleDictionary => "a dictionary",
        bool => "a truth value",
        _ => "a number",
    };
}
