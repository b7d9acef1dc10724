#!/usr/bin/env python3
"""Prints the losses of TransliterationPeerTests, computed by PyTorch 1.13.1 in double precision:
/usr/bin/python3 transliteration.py > ../Data/transliteration-losses.txt

The network is that of the system 'transliteration' without dropout. Start weights come from a sine that the test has too, names of all
batches from the same linear congruential generator; Adam, gradients clipped to norm 1.
"""

import math

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

LETTERS, LATIN, EMBEDDED, UNITS, HIDDEN, SCORED = 12, 14, 48, 96, 160, 96
UPDATES, ROWS, LONGEST, START, END = 200, 8, 6, 2, 3


def start(name, *shape):
    shift = sum(ord(letter) for letter in name)
    count = math.prod(shape)
    values = [0.1 * math.sin(12.9898 * (i + 1) + shift) for i in range(count)]
    return torch.tensor(values).reshape(shape).requires_grad_()


def lstm_weights(prefix):
    shapes = {}
    for gate in "ifgo":
        shapes.update({f"W{gate}": (UNITS, EMBEDDED), f"U{gate}": (UNITS, UNITS), f"b{gate}": (UNITS,)})
    return {name: start(prefix + name, *shape) for name, shape in shapes.items()}


def decoder_weights():
    memory = 2 * UNITS
    shapes = {"Wa": (SCORED, HIDDEN), "Ua": (SCORED, memory), "ba": (SCORED,), "va": (SCORED,)}
    for gate in "zrn":
        shapes.update({f"W{gate}": (HIDDEN, EMBEDDED), f"U{gate}": (HIDDEN, HIDDEN), f"C{gate}": (HIDDEN, memory), f"b{gate}": (HIDDEN,)})
    return {name: start("decoder." + name, *shape) for name, shape in shapes.items()}


class Numbers:
    """A linear congruential generator, of whose 31 bits the upper ones are used."""

    def __init__(self):
        self.state = 1

    def below(self, bound):
        self.state = (self.state * 1103515245 + 12345) % 2**31
        return (self.state >> 16) % bound


def batch(numbers):
    lengths = [LONGEST if row == 0 else 1 + numbers.below(LONGEST) for row in range(ROWS)]
    names = [[4 + numbers.below(LETTERS - 4) for _ in range(length)] for length in lengths]
    spelled = [[4 + (3 * letter + place) % (LATIN - 4) for place, letter in enumerate(name)] for name in names]

    def padded(rows, steps):
        return torch.tensor([[row[t] if t < len(row) else 0 for row in rows] for t in range(steps)])

    return (padded(names, LONGEST), torch.tensor(lengths), padded([[START, *row] for row in spelled], LONGEST + 1),
            padded([[*row, END] for row in spelled], LONGEST + 1))


def lstm(w, x, lengths, backward):
    h = c = torch.zeros(ROWS, UNITS)
    outputs = [None] * LONGEST
    for t in reversed(range(LONGEST)) if backward else range(LONGEST):
        gate = {g: x[t] @ w["W" + g].T + h @ w["U" + g].T + w["b" + g] for g in "ifgo"}
        cell = torch.sigmoid(gate["f"]) * c + torch.sigmoid(gate["i"]) * torch.tanh(gate["g"])
        live = (t < lengths).unsqueeze(1)
        h, c = torch.where(live, torch.sigmoid(gate["o"]) * torch.tanh(cell), h), torch.where(live, cell, c)
        outputs[t] = torch.where(live, h, torch.zeros(()))
    return torch.stack(outputs), h


letters, latin = start("letters.table", LETTERS, EMBEDDED), start("latin.table", LATIN, EMBEDDED)
ahead, back, decoder = lstm_weights("encoder."), lstm_weights("encoder.reverse."), decoder_weights()
bridge = [start("bridge.W", HIDDEN, 2 * UNITS), start("bridge.b", HIDDEN)]
head = [start("head.W", LATIN, HIDDEN + 2 * UNITS), start("head.b", LATIN)]
parameters = [letters, latin, *ahead.values(), *back.values(), *decoder.values(), *bridge, *head]


def loss_of(source, lengths, given, wanted):
    x = letters[source]
    (forward, last), (reverse, first) = lstm(ahead, x, lengths, False), lstm(back, x, lengths, True)
    memory = torch.cat([forward, reverse], 2).transpose(0, 1)
    behind = torch.arange(LONGEST).unsqueeze(0) >= lengths.unsqueeze(1)
    h = torch.tanh(torch.cat([last, first], 1) @ bridge[0].T + bridge[1])
    keys, w, losses = memory @ decoder["Ua"].T, decoder, []
    for s in range(LONGEST + 1):
        scores = torch.tanh((h @ w["Wa"].T).unsqueeze(1) + keys + w["ba"]) @ w["va"]
        context = (torch.softmax(scores.masked_fill(behind, -math.inf), 1).unsqueeze(2) * memory).sum(1)
        y = latin[given[s]]
        read = {g: y @ w["W" + g].T + context @ w["C" + g].T + w["b" + g] for g in "zrn"}
        z, r = (torch.sigmoid(read[g] + h @ w["U" + g].T) for g in "zr")
        h = h + z * (torch.tanh(read["n"] + (r * h) @ w["Un"].T) - h)
        logits = torch.cat([h, context], 1) @ head[0].T + head[1]
        losses.append(torch.nn.functional.cross_entropy(logits, wanted[s], label_smoothing=0.1, reduction="none")
                      * (s < lengths + 1))
    return torch.stack(losses).sum() / (lengths + 1).sum()


optimiser = torch.optim.Adam(parameters, lr=2e-3)
numbers = Numbers()
for _ in range(UPDATES):
    optimiser.zero_grad()
    loss = loss_of(*batch(numbers))
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimiser.step()
    print(repr(loss.item()))
