using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using RnnJit.Cells;
using RnnJit.Data;
using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Training;

/// <content>The checkpoint's content.</content>
public sealed partial class CharacterTraining
{
    private void Write(Checkpoint checkpoint)
    {
        checkpoint["cell"] = Cell.ToString();
        checkpoint["vocabulary"] = Model.Vocabulary.ToString();
        checkpoint["options"] = JsonSerializer.Serialize(Options, CharacterJson.Default.CharacterOptions);
        checkpoint["text"] = text.Source;
        checkpoint["text.sha256"] = Hash(text);
        if (Options.Shards > 1)
            checkpoint[ShardsKey] = Options.Shards.ToString(CultureInfo.InvariantCulture);
        checkpoint["cursor"] = batches.Cursor.ToString(CultureInfo.InvariantCulture);
        checkpoint.Put("progress", [sum, counted, .. History.ToNumbers()]);
    }

    // Errors in options, cell or text of the file are reported as errors of the checkpoint.
    private static CharacterTraining Begin(Checkpoint checkpoint, CharacterText text, CharacterOptions options, ModelOptions run,
        IRanks? ranks)
    {
        CellDefinition cell = ReadCell(checkpoint);
        try
        {
            return new CharacterTraining(text, cell, options, run, ranks);
        }
        catch (Exception e) when (e is GraphException or ArgumentException or TextDataException or OverflowException)
        {
            throw new CheckpointException($"'{checkpoint.Path}' holds a training that cannot be continued: {e.Message}", e);
        }
    }

    private void Read(Checkpoint checkpoint)
    {
        ModelFile.ReadParameters(checkpoint, Model.Model);
        trainer.Read(checkpoint);
        if (Done > Updates)
            throw Wrong(checkpoint, $"made {Done} updates of {Updates}");
        int cursor = checkpoint.Number("cursor");
        if (cursor > batches.Windows)
            throw Wrong(checkpoint, $"stands at window {cursor} of {batches.Windows}");
        batches.Cursor = cursor;
        double[] progress = checkpoint.Numbers("progress");
        if (progress.Length < 2 || progress.Length % 3 != 2 || !IsCount(progress[1]))
            throw Wrong(checkpoint, $"holds {progress.Length} numbers as its progress");
        (sum, counted) = (progress[0], (int)progress[1]);
        History = LossHistory.FromNumbers(progress[2..]) ?? throw Wrong(checkpoint, "holds a loss curve whose steps are no counts");
    }

    private static bool IsCount(double number) => number is >= 0 and <= int.MaxValue && number == Math.Floor(number);

    private static CheckpointException Wrong(Checkpoint checkpoint, string found) =>
        new($"'{checkpoint.Path}' {found}, which no training leaves behind (use another copy)");

    private static CharacterOptions ReadOptions(Checkpoint checkpoint)
    {
        try
        {
            return StoredOptions.Read(checkpoint["options"]) with
            {
                Shards = checkpoint.Has(ShardsKey) ? checkpoint.Number(ShardsKey) : 1,
            };
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new CheckpointException($"'{checkpoint.Path}' holds options that cannot be read: {e.Message}", e);
        }
    }

    private static CellDefinition ReadCell(Checkpoint checkpoint)
    {
        Graph step = ModelFile.ReadGraph(checkpoint, "cell", "cell");
        return step.Kind == "cell"
            ? new CellDefinition(step)
            : throw new CheckpointException($"'{checkpoint.Path}' holds a {step.Kind} as its cell, wanted a cell (use another copy)");
    }

    private static string Hash(CharacterText text) =>
        Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(text.Characters.Span)));
}
