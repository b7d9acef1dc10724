using RnnJit.Ir;

namespace RnnJit.Verification;

/// <summary>The kinds of golden cases that have a program; a new kind is one line.</summary>
internal static class GoldenKinds
{
    private static readonly Dictionary<string, Func<GoldenCase, ElementType, Graph>> Networks = new(StringComparer.Ordinal)
    {
        ["torch.nn.lstm"] = GoldenTorch.Lstm,
        ["torch.nn.gru"] = GoldenTorch.Gru,
        ["torch.nn.rnn_tanh"] = GoldenTorch.Tanh,
        ["torch.nn.rnn_relu"] = GoldenTorch.Relu,
        ["loss.mse_mean"] = GoldenLosses.MeanSquaredError,
        ["loss.l1_mean"] = GoldenLosses.MeanAbsoluteError,
        ["loss.huber1_mean"] = GoldenLosses.Huber,
        ["loss.bce_logits_mean"] = GoldenLosses.BinaryCrossEntropy,
        ["loss.ce_mean"] = GoldenLosses.CrossEntropy,
        ["loss.ce_sum"] = GoldenLosses.CrossEntropySum,
        ["loss.ce_smooth01"] = GoldenLosses.CrossEntropySmoothed,
        ["loss.ce_weighted_mean"] = GoldenLosses.CrossEntropyWeighted,
        ["loss.ce_ignore_mean"] = GoldenLosses.CrossEntropyIgnoring,
        ["loss.ctc"] = GoldenLosses.Ctc,
        ["tree.childsum_lstm"] = GoldenTrees.ChildSumLstm,
        ["tree.binary_lstm"] = GoldenTrees.BinaryLstm,
        ["tree.rntn"] = GoldenTrees.RecursiveTensor,
        ["attention.bahdanau"] = GoldenAttention.Additive,
        ["attention.luong_concat"] = GoldenAttention.Concat,
        ["attention.luong_general"] = GoldenAttention.General,
        ["attention.luong_dot"] = GoldenAttention.Dot,
        ["attention.luong_scaled_dot"] = GoldenAttention.ScaledDot,
        ["attention.decoder_luong_inputfeed"] = GoldenAttention.LuongDecoder,
        ["model.bilstm_tagger"] = GoldenModels.Tagger,
        ["model.gru_charlm_truncated"] = GoldenModels.TruncatedCharacters,
    };

    /// <exception cref="GoldenUnsupportedException">There is no program for this kind or variant.</exception>
    public static GoldenComparison Run(GoldenCase given, IGoldenBackend backend, ElementType real)
    {
        if (given.Kind.StartsWith("optim.", StringComparison.Ordinal))
            return GoldenOptimiser.Run(given, backend, real);

        if (given.Kind.StartsWith("tree.", StringComparison.Ordinal))
            given = GoldenTrees.WithSchedule(given);
        return Networks.TryGetValue(given.Kind, out var kind) || GoldenCellKinds.All.TryGetValue(given.Kind, out kind)
            ? GoldenNetwork.Run(given, kind, backend, real)
            : throw new GoldenUnsupportedException($"kind '{given.Kind}' has no program here");
    }
}
