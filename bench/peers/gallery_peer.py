"""PyTorch beside three systems of the gallery (`bench/RnnJit.Bench -- gallery`): their networks as a user of PyTorch writes them.

Layers are PyTorch's own; sequences are packed, so that padding is not computed; the decoder, whose equations no layer of PyTorch has,
is a loop over steps with its products merged. One thread.

Usage: python3 gallery_peer.py [kept] [avx512]
`kept`: memory that is freed stays with the process, where glibc gives it back and asks for it anew in each update; `avx512`: OpenBLAS
uses AVX-512, which it does not by itself on processors that are newer than it is.

It prints `ready NAME VERSION`, or `missing SENTENCE` and ends. Then each line is answered by one line:
  start SYSTEM RATE UPDATES FILE  `ok`; SYSTEM is names, tagging or transliteration; Adam's rate falls with a cosine over so many
                                  updates, as CosineAnnealingLR has it, 0: it stays; FILE holds the parameters by
                                  the names that RnnJit gives them
  load FILE                       `ok`; a JSON list of batches, each by input {"shape": [...], "values": [...]}
  loss                            the loss of the first batch outside training
  train                           SECONDS LOSS: processor time of an update for each batch, and the mean of their losses
An error is answered by `error SENTENCE`; end of input quits.
"""
import ctypes
import json
import math
import os
import sys
import time

# mallopt's numbers are those of malloc.h; OpenBLAS reads its variable when it is loaded.
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3
if "kept" in sys.argv:
    for option, size in ((M_TRIM_THRESHOLD, 2**31 - 1), (M_TOP_PAD, 2**28), (M_MMAP_THRESHOLD, 2**30)):
        ctypes.CDLL(None).mallopt(option, size)
if "avx512" in sys.argv:
    os.environ["OPENBLAS_CORETYPE"] = "SkylakeX"

import lines

try:
    import torch
except ImportError:
    lines.missing("PyTorch is not installed for this python3 (apt-get install python3-torch libopenblas0-openmp)")

from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

IGNORED, UNKNOWN = -100, 1


def copy(parameter, value):
    with torch.no_grad():
        parameter.copy_(value)


def linear(start, name):
    weight = start[name + ".W"]
    layer = nn.Linear(weight.size(1), weight.size(0))
    copy(layer.weight, weight)
    copy(layer.bias, start[name + ".b"])
    return layer


def embedding(start, name):
    return nn.Embedding.from_pretrained(start[name + ".table"].clone(), freeze=False)


def bilstm(start, name, inputs, units):
    layer = nn.LSTM(inputs, units, bidirectional=True)
    for suffix, part in (("", name + "."), ("_reverse", name + ".reverse.")):
        for own, letter in (("weight_ih_l0", "W"), ("weight_hh_l0", "U"), ("bias_ih_l0", "b")):
            copy(getattr(layer, own + suffix), torch.cat([start[part + letter + gate] for gate in "ifgo"]))
        nn.init.zeros_(getattr(layer, "bias_hh_l0" + suffix))
    return layer


def packed(x, lengths):
    return pack_padded_sequence(x, lengths, enforce_sorted=False)


class Names(nn.Module):
    """A BiLSTM over letters, the maximum over time, a score for each language."""

    def __init__(self, start):
        super().__init__()
        self.embedding = embedding(start, "embedding")
        self.layer = bilstm(start, "layer", 64, 128)
        self.head = linear(start, "head")

    @staticmethod
    def prepare(batch):
        batch["letters"] = batch["letters"][:batch["lengths"].max()]

    def forward(self, batch):
        h, _ = self.layer(packed(self.embedding(batch["letters"]), batch["lengths"]))
        h, _ = pad_packed_sequence(h, padding_value=-math.inf)
        return functional.cross_entropy(self.head(h.max(0).values), batch["language"])


class Tagger(nn.Module):
    """A BiLSTM over words, each an embedding beside the last states of a BiLSTM over its characters."""

    def __init__(self, start):
        super().__init__()
        self.words, self.letter = embedding(start, "words"), embedding(start, "letter")
        self.spelling = bilstm(start, "spelling", 32, 48)
        self.dropout = nn.Dropout(0.4)
        self.layer = bilstm(start, "layer", 64 + 2 * 48, 100)
        self.head = linear(start, "head")

    @staticmethod
    def prepare(batch):
        steps, words = batch["lengths"].max(), int((batch["letterCounts"] > 0).sum())
        for name in ("words", "tags", "places"):
            batch[name] = batch[name][:steps]
        behind = torch.arange(steps).unsqueeze(1) >= batch["lengths"]
        batch["tags"] = batch["tags"].masked_fill(behind, IGNORED)
        batch["letterCounts"] = batch["letterCounts"][:words]
        batch["letters"] = batch["letters"][:batch["letterCounts"].max(), :words]

    def forward(self, batch):
        words = batch["words"]
        if self.training:
            words = words.masked_fill(torch.rand(words.shape) < 0.15, UNKNOWN)
        _, (last, _) = self.spelling(packed(self.letter(batch["letters"]), batch["letterCounts"]))
        spelled = functional.embedding(batch["places"], torch.cat([last[0], last[1]], 1))
        x = self.dropout(torch.cat([self.words(words), spelled], 2))
        h, _ = pad_packed_sequence(self.layer(packed(x, batch["lengths"]))[0])
        return functional.cross_entropy(self.head(self.dropout(h)).flatten(0, 1), batch["tags"].flatten(), ignore_index=IGNORED)


class Decoder(nn.Module):
    """Bahdanau, Cho and Bengio 2015, appendix A: the context in all three equations, the reset before its product."""

    def __init__(self, start, inputs, units, memory, scored):
        super().__init__()
        self.query, self.key = nn.Linear(units, scored, bias=False), nn.Linear(memory, scored)
        self.score = nn.Linear(scored, 1, bias=False)
        self.read, self.context = nn.Linear(inputs, 3 * units), nn.Linear(memory, 3 * units, bias=False)
        self.gates, self.new = nn.Linear(units, 2 * units, bias=False), nn.Linear(units, units, bias=False)
        part = {name[len("decoder."):]: value for name, value in start.items() if name.startswith("decoder.")}
        for layer, weight in ((self.query, part["Wa"]), (self.key, part["Ua"]), (self.score, part["va"].unsqueeze(0)),
                              (self.read, torch.cat([part["W" + gate] for gate in "zrn"])),
                              (self.context, torch.cat([part["C" + gate] for gate in "zrn"])),
                              (self.gates, torch.cat([part["Uz"], part["Ur"]])), (self.new, part["Un"])):
            copy(layer.weight, weight)
        copy(self.key.bias, part["ba"])
        copy(self.read.bias, torch.cat([part["b" + gate] for gate in "zrn"]))

    def forward(self, x, h, memory, behind):
        keys, inputs = self.key(memory), self.read(x)
        states, contexts = [], []
        for step in range(x.size(0)):
            scores = self.score(torch.tanh(self.query(h).unsqueeze(1) + keys)).squeeze(2)
            a = torch.softmax(scores.masked_fill(behind, -math.inf), 1)
            c = torch.bmm(a.unsqueeze(1), memory).squeeze(1)
            zx, rx, nx = (inputs[step] + self.context(c)).chunk(3, 1)
            zh, rh = self.gates(h).chunk(2, 1)
            z, r = torch.sigmoid(zx + zh), torch.sigmoid(rx + rh)
            h = h + z * (torch.tanh(nx + self.new(r * h)) - h)
            states.append(h)
            contexts.append(c)
        return torch.cat([torch.stack(states), torch.stack(contexts)], 2)


class Transliterator(nn.Module):
    """A BiLSTM that reads a name, and a decoder that attends to it."""

    def __init__(self, start):
        super().__init__()
        self.letters, self.latin = embedding(start, "letters"), embedding(start, "latin")
        self.seldom, self.often = nn.Dropout(0.3), nn.Dropout(0.4)
        self.encoder = bilstm(start, "encoder", 48, 96)
        self.bridge = linear(start, "bridge")
        self.decoder = Decoder(start, 48, 160, 2 * 96, 96)
        self.head = linear(start, "head")

    @staticmethod
    def prepare(batch):
        read, steps = batch["lengths"].max(), batch["written"].max()
        batch["source"], batch["given"] = batch["source"][:read], batch["given"][:steps]
        batch["next"] = batch["next"][:steps].masked_fill(torch.arange(steps).unsqueeze(1) >= batch["written"], IGNORED)
        batch["behind"] = torch.arange(read).unsqueeze(0) >= batch["lengths"].unsqueeze(1)

    def forward(self, batch):
        h, (last, _) = self.encoder(packed(self.seldom(self.letters(batch["source"])), batch["lengths"]))
        memory = pad_packed_sequence(h)[0].transpose(0, 1).contiguous()
        first = torch.tanh(self.bridge(torch.cat([last[0], last[1]], 1)))
        state = self.decoder(self.seldom(self.latin(batch["given"])), first, memory, batch["behind"])
        scores = self.head(self.often(state))
        return functional.cross_entropy(scores.flatten(0, 1), batch["next"].flatten(), ignore_index=IGNORED, label_smoothing=0.1)


SYSTEMS = {"names": Names, "tagging": Tagger, "transliteration": Transliterator}


class Training:
    def __init__(self, system, rate, updates, path):
        start = {name: torch.from_numpy(array) for name, array in lines.read(path).items()}
        self.network = SYSTEMS[system](start)
        self.adam = torch.optim.Adam(self.network.parameters(), lr=rate)
        self.schedule = torch.optim.lr_scheduler.CosineAnnealingLR(self.adam, updates) if updates else None
        self.batches = []

    def load(self, path):
        with open(path, encoding="utf-8") as file:
            self.batches = [{name: torch.tensor(given["values"]).reshape(given["shape"]) for name, given in batch.items()}
                            for batch in json.load(file)]
        for batch in self.batches:
            self.network.prepare(batch)

    def loss(self):
        self.network.eval()
        with torch.no_grad():
            return self.network(self.batches[0]).item()

    def train(self):
        self.network.train()
        begin, total = time.process_time(), 0.0
        for batch in self.batches:
            self.adam.zero_grad(set_to_none=True)
            loss = self.network(batch)
            loss.backward()
            nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            self.adam.step()
            if self.schedule:
                self.schedule.step()
            total += loss.item()
        return f"{time.process_time() - begin!r} {total / len(self.batches)!r}"


def serve():
    torch.set_num_threads(1)
    print(f"ready PyTorch {torch.__version__}", flush=True)
    training = None
    for line in sys.stdin:
        command, *words = line.split()
        answer = "ok"
        try:
            if command == "start":
                training = Training(words[0], float(words[1]), int(words[2]), " ".join(words[3:]))
            elif command == "load":
                training.load(" ".join(words))
            elif command == "loss":
                answer = repr(training.loss())
            elif command == "train":
                answer = training.train()
            else:
                answer = f"error '{command}' is no command (known: start, load, loss, train)"
        except Exception as fault:  # the harness hears of it
            answer = "error " + " ".join(f"{type(fault).__name__}: {fault}".split())
        print(answer, flush=True)


serve()
