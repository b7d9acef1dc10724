"""Times PyTorch's training step of the character model: embedding, stacked recurrent layers, softmax head, clip by norm, Adam.

Usage: python3 charlm.py CELL LAYERS HIDDEN SEQ BATCH VOCABULARY THREADS SECONDS
Prints one JSON line: {"tool": ..., "seconds": [...], "charactersPerStep": ...}
"""
import json
import os
import sys
import time

cell, layers, hidden, seq, batch, vocabulary, threads = sys.argv[1], *map(int, sys.argv[2:8])
seconds = float(sys.argv[8])
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(threads)
import torch  # noqa: E402  (the thread count is read when the library loads)

torch.set_num_threads(threads)
torch.manual_seed(0)
kinds = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "gruresetafter": torch.nn.GRU, "elman": torch.nn.RNN}
if cell.lower() not in kinds:
    print(json.dumps({"error": f"PyTorch has no cell '{cell}' (lstm, gru, elman)"}))
    sys.exit(0)
embedding = torch.nn.Embedding(vocabulary, hidden)
rnn = kinds[cell.lower()](hidden, hidden, layers)
head = torch.nn.Linear(hidden, vocabulary)
parameters = [p for module in (embedding, rnn, head) for p in module.parameters()]
adam = torch.optim.Adam(parameters, lr=1e-4)
tokens = torch.randint(vocabulary, (seq, batch))
targets = torch.randint(vocabulary, (seq, batch))
zeros = torch.zeros(layers, batch, hidden)
state = (zeros, zeros) if cell.lower() == "lstm" else zeros


def step():
    adam.zero_grad(set_to_none=True)
    y, _ = rnn(embedding(tokens), state)
    loss = torch.nn.functional.cross_entropy(head(y).reshape(-1, vocabulary), targets.reshape(-1))
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    adam.step()


for _ in range(3):
    step()
times, end = [], time.perf_counter() + seconds
while time.perf_counter() < end or len(times) < 5:
    start = time.perf_counter()
    step()
    times.append(time.perf_counter() - start)
print(json.dumps({"tool": "PyTorch " + torch.__version__, "seconds": times, "charactersPerStep": seq * batch}))
