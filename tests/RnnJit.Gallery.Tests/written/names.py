#!/usr/bin/env python3
"""Prints the losses of NamesPeerTests, computed by PyTorch 1.13.1 in double precision: /usr/bin/python3 names.py > ../Data/names-losses.txt

Start weights and batches are those of the test: both count a linear congruential generator up. The network is that of the system
'names': embedding, LSTM in both directions, maximum over the steps of each row, dense head, cross-entropy; Adam.
"""

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

LETTERS, LANGUAGES, UNITS, ROWS, UPDATES, RATE = 30, 5, 24, 16, 200, 4e-3


class Numbers:
    def __init__(self):
        self.state = 1

    def next(self):
        self.state = (self.state * 1103515245 + 12345) % 2**31
        return self.state

    def below(self, bound):
        return (self.next() >> 8) % bound

    def weights(self, scale, *shape):
        values = [scale * (self.next() / 2**30 - 1) for _ in range(torch.Size(shape).numel())]
        return torch.tensor(values, dtype=torch.float64).reshape(shape)


numbers = Numbers()
table = torch.nn.Parameter(numbers.weights(0.5, LETTERS, UNITS // 2))
lstm = torch.nn.LSTM(UNITS // 2, UNITS, bidirectional=True).double()
for suffix in ("", "_reverse"):
    gates = [[numbers.weights(0.2, *shape) for shape in ((UNITS, UNITS // 2), (UNITS, UNITS), (UNITS,))] for _ in range(4)]
    for i, name in enumerate(("weight_ih_l0", "weight_hh_l0", "bias_ih_l0")):
        getattr(lstm, name + suffix).data = torch.cat([gate[i] for gate in gates])
    fixed = getattr(lstm, "bias_hh_l0" + suffix)
    fixed.data.zero_()
    fixed.requires_grad = False
head = torch.nn.Linear(2 * UNITS, LANGUAGES).double()
head.weight.data, head.bias.data = numbers.weights(0.2, LANGUAGES, 2 * UNITS), numbers.weights(0.2, LANGUAGES)
parameters = [table, *[p for p in [*lstm.parameters(), *head.parameters()] if p.requires_grad]]
adam = torch.optim.Adam(parameters, lr=RATE)
for _ in range(UPDATES):
    rows = [[numbers.below(LETTERS) for _ in range(2 + numbers.below(9))] for _ in range(ROWS)]
    languages = torch.tensor([row[0] % LANGUAGES for row in rows])
    lengths = torch.tensor([len(row) for row in rows])
    x = torch.tensor([[row[t] if t < len(row) else 0 for row in rows] for t in range(max(lengths))])
    packed = pack_padded_sequence(table[x], lengths, enforce_sorted=False)
    h, _ = pad_packed_sequence(lstm(packed)[0], padding_value=float("-inf"))
    loss = torch.nn.functional.cross_entropy(head(h.max(0).values), languages)
    adam.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1)
    adam.step()
    print(f"{loss.item():.9f}")
