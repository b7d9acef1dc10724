// The language of a surname from its letters: an LSTM of 128 units, 8 epochs of Adam. Arguments: folder of names, threads, seed.
string[] files = [.. Directory.GetFiles(args[0], "*.txt").Order(StringComparer.Ordinal)];
var rows = files.SelectMany((file, language) => File.ReadLines(file)
    .Select(line => (Name: line.Trim().ToLowerInvariant(), Language: language))).Where(row => row.Name.Length > 0).Distinct().ToArray();
new Random(1).Shuffle(rows);
var (test, train) = (rows[..(rows.Length / 10)], rows[(rows.Length / 10)..]);
var letters = TokenVocabulary.Characters(train.Select(row => row.Name));
var net = new NetworkBuilder("Names");
Value x = net.Embedding("embedding", net.Indices("letters", "T", "B"), net.Size("V", letters.Count), net.Size("E", 64));
var options = new RecurrentOptions { Lengths = net.Lengths("lengths", "B") };
RecurrentLayer layer = net.Recurrent("layer", CellRegistry.Find(typeof(Lstm)), x, net.Size("H", 128), options);
Value scores = net.Output("scores", net.Dense("head", layer.Last, net.Size("C", files.Length)));
net.Named("best", Rnn.ArgMax(scores).Tensor);
net.Output("loss", Loss.SoftmaxCrossEntropy(scores, net.Indices("language", "B")));
using var model = new Model(net, new ModelOptions { Seed = ulong.Parse(args[2]), Threads = int.Parse(args[1]) });
using var trainer = new Trainer(model, new TrainerOptions { LearningRate = new ConstantRate(2e-3), ClipNorm = null });
RowBatches<(string Name, int Language)> Inputs((string Name, int Language)[] rows) => Batches.Of(rows, 64)
    .Codes("letters", row => letters.EncodeText(row.Name)).Lengths("lengths", of: "letters").Label("language", row => row.Language);
foreach (Batch batch in Enumerable.Range(0, 8).SelectMany(epoch => Inputs(train).Shuffled(ulong.Parse(args[2])).Epoch(epoch)))
    if (trainer.Step(batch) is var loss && trainer.Steps == 1)
        Console.WriteLine($"first loss {loss:0.000}");
Console.WriteLine("trained");
using var evaluator = new Evaluator(model, "best");
int right = Inputs(test).Epoch(0).Sum(batch => evaluator.Run(batch).Output("best").Read<int>().ToArray()
    .Zip(batch.Numbers, (best, row) => best == test[row].Language).Count(isRight => isRight));
Console.WriteLine($"accuracy {(double)right / test.Length:0.0000}");
