"""One layer of PyTorch on CUDA, timed as `rnnjit bench` times its own: a line of JSON with seconds of the runs.

Products are float32 without tf32, and once more with it. Usage: peer.py lstm|gru forward|training T B H [--seconds N]
"""
import argparse
import json
import time

import torch


def times(cell, training, steps, batch, hidden, seconds):
    layer = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[cell](hidden, hidden).cuda()
    x = torch.randn(steps, batch, hidden, device="cuda", requires_grad=training)
    dy = torch.full((steps, batch, hidden), 0.5, device="cuda")

    def run():
        if training:
            layer.zero_grad(set_to_none=True)
            x.grad = None
            layer(x)[0].backward(dy)
        else:
            with torch.no_grad():
                layer(x)
        torch.cuda.synchronize()

    start = time.perf_counter()
    warm_up = 0
    while warm_up < 10 or time.perf_counter() - start < min(0.5, seconds):
        run()
        warm_up += 1
    found = []
    start = time.perf_counter()
    while len(found) < 5 or time.perf_counter() - start < seconds:
        before = time.perf_counter()
        run()
        found.append(time.perf_counter() - before)
    return sorted(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cell", choices=["lstm", "gru"])
    parser.add_argument("kind", choices=["forward", "training"])
    for name in ("steps", "batch", "hidden"):
        parser.add_argument(name, type=int)
    parser.add_argument("--seconds", type=float, default=2)
    given = parser.parse_args()
    result = {"tool": "PyTorch " + torch.__version__, "cudnn": torch.backends.cudnn.version(), "gpu": torch.cuda.get_device_name()}
    for name, allowed in (("", False), ("tf32_", True)):
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = allowed
        found = times(given.cell, given.kind == "training", given.steps, given.batch, given.hidden, given.seconds / 2)
        result[name + "min"], result[name + "median"], result[name + "runs"] = found[0], found[len(found) // 2], len(found)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
