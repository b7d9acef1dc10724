"""What the peers of `rnnjit bench` have in common: lines on standard streams, tensors in files, times.

A peer prints `ready NAME VERSION`, or `missing SENTENCE` and ends. Then each line is answered by one line:
  mk CELL forward|training T B I H THREADS FILE   `ok`; CELL is lstm, gru, rnn, relu or peephole; FILE holds the tensors below
  run FILE                                        `ok`; runs once and writes what came out
  t SECONDS                                       the times in seconds of as many runs as fit, at least one
An error is answered by `error SENTENCE`; end of input quits.

Tensors, float32, gates stacked as PyTorch stacks them (lstm i f g o, gru r z n):
  in   x [T, B, I], h0 [B, H], c0 [B, H] (lstm, peephole), W [G H, I], U [G H, H], b [G H], cn [H] (gru: the bias inside
       the reset product), p [3 H] (peephole: i f o)
  out  y [T, B, H]; in training dx, dh0, dc0, dW, dU, db, dcn, dp for dy = 0.5 everywhere
"""
import json
import struct
import sys
import time

OUTPUT_GRADIENT = 0.5
WARM_UPS = 3
MOST_RUNS = 65536
GATES = {"lstm": 4, "gru": 3, "rnn": 1, "relu": 1, "peephole": 4}


def missing(sentence):
    print("missing " + sentence, flush=True)
    sys.exit(0)


try:
    import numpy
except ImportError:
    missing("numpy is not installed for this python3 (apt-get install python3-numpy)")


def read(path):
    """A safetensors file as arrays by name."""
    with open(path, "rb") as file:
        data = file.read()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    tensors = {}
    for name, entry in json.loads(data[8:start]).items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        tensors[name] = numpy.frombuffer(data[start + begin:start + end], numpy.float32).reshape(entry["shape"]).copy()
    return tensors


def write(path, tensors):
    """Arrays by name as a safetensors file."""
    head, parts, offset = {}, [], 0
    for name, array in tensors.items():
        parts.append(numpy.ascontiguousarray(array, numpy.float32).tobytes())
        head[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [offset, offset + len(parts[-1])]}
        offset += len(parts[-1])
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))


class Shape:
    """What `mk` asks for."""

    def __init__(self, words):
        self.cell, mode = words[0], words[1]
        self.steps, self.rows, self.inputs, self.units, self.threads = map(int, words[2:7])
        self.training = mode == "training"
        self.gates = GATES[self.cell]
        self.tensors = read(" ".join(words[7:]))

    def by_gate(self, name, order):
        """A stack of gates in another order."""
        parts = numpy.split(self.tensors[name], self.gates)
        return [parts[i] for i in order]


def serve(name, version, make):
    """Answers until the input ends; make(shape) gives an object with run() and results()."""
    def say(line):
        print(line, flush=True)

    say(f"ready {name} {version}")
    layer = None
    for line in sys.stdin:
        words = line.split()
        try:
            if words[0] == "mk":
                layer = None
                layer = make(Shape(words[1:]))
                for _ in range(WARM_UPS):
                    layer.run()
                say("ok")
            elif words[0] == "run":
                layer.run()
                write(" ".join(words[1:]), layer.results())
                say("ok")
            elif words[0] == "t":
                say(" ".join(map(repr, times(layer.run, float(words[1])))))
            else:
                say(f"error '{words[0]}' is no command (known: mk, run, t)")
        except Exception as fault:  # the harness hears of it and goes on without this shape
            say("error " + " ".join(f"{type(fault).__name__}: {fault}".split()))


def times(run, seconds):
    clock = time.perf_counter
    found, now = [], clock()
    end = now + seconds
    while not found or (now < end and len(found) < MOST_RUNS):
        before = clock()
        run()
        now = clock()
        found.append(now - before)
    return found
