// The same as ../RnnJit/Program.cs: an LSTM of 128 units over letters, 8 epochs of Adam. Arguments: folder of names, threads, seed.
using TorchSharp;
using static TorchSharp.torch;

string[] files = [.. Directory.GetFiles(args[0], "*.txt").Order(StringComparer.Ordinal)];
var rows = files.SelectMany((file, language) => File.ReadLines(file)
    .Select(line => (Name: line.Trim().ToLowerInvariant(), Language: language))).Where(row => row.Name.Length > 0).Distinct().ToArray();
new Random(1).Shuffle(rows);
var (test, train) = (rows[..(rows.Length / 10)], rows[(rows.Length / 10)..]);
var letters = train.SelectMany(row => row.Name).Distinct().Order().Select((letter, i) => (letter, Code: i + 2L))
    .ToDictionary(pair => pair.letter, pair => pair.Code);
random.manual_seed(long.Parse(args[2]));
if (int.Parse(args[1]) is > 0 and var threads)
    set_num_threads(threads);
var embedding = nn.Embedding(letters.Count + 2, 64);
var layer = nn.LSTM(64, 128);
var head = nn.Linear(128, files.Length);
var adam = optim.Adam([.. embedding.parameters(), .. layer.parameters(), .. head.parameters()], lr: 2e-3);

// Letters [T, B], padded; scores of the last letter of each row.
Tensor Scores((string Name, int Language)[] batch)
{
    int steps = batch.Max(row => row.Name.Length);
    var codes = new long[steps, batch.Length];
    for (int row = 0; row < batch.Length; row++)
        for (int t = 0; t < batch[row].Name.Length; t++)
            codes[t, row] = letters.GetValueOrDefault(batch[row].Name[t], 1);
    var (output, _, _) = layer.call(embedding.call(tensor(codes)));
    return head.call(output.index(tensor(batch.Select(row => row.Name.Length - 1L).ToArray()), arange(batch.Length)));
}

var order = new Random(int.Parse(args[2]));
for (int epoch = 0, updates = 0; epoch < 8; epoch++)
{
    order.Shuffle(train);
    foreach (var batch in train.Chunk(64))
    {
        using var scope = NewDisposeScope();
        adam.zero_grad();
        Tensor loss = nn.functional.cross_entropy(Scores(batch), tensor(batch.Select(row => (long)row.Language).ToArray()));
        loss.backward();
        adam.step();
        double found = loss.item<float>();
        if (++updates == 1)
            Console.WriteLine($"first loss {found:0.000}");
    }
}

Console.WriteLine("trained");
using (no_grad())
{
    int right = test.Chunk(64).Sum(batch =>
    {
        using var scope = NewDisposeScope();
        long[] best = Scores(batch).argmax(1).data<long>().ToArray();
        return best.Zip(batch, (language, row) => language == row.Language).Count(isRight => isRight);
    });
    Console.WriteLine($"accuracy {(double)right / test.Length:0.0000}");
}
