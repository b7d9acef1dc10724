"""oneDNN 2 as a peer of `rnnjit bench`, through onednn_shim.cpp, which is compiled here once (see lines.py)."""
import ctypes
import hashlib
import os
import subprocess
import sys

import lines
import numpy

HOW = "apt-get install libdnnl-dev g++"
KINDS = {"lstm": 0, "gru": 1, "rnn": 2, "relu": 3}

# Order of PyTorch's gates in the primitives.
ORDER = {"lstm": [0, 1, 2, 3], "gru": [1, 0, 2], "rnn": [0], "relu": [0]}

floats = ctypes.POINTER(ctypes.c_float)


def compiled():
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "onednn_shim.cpp")
    with open(source, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()[:12]
    library = os.path.join(os.environ.get("RNNJIT_PEERS") or os.path.dirname(source), f"onednn_shim-{digest}.so")
    if not os.path.exists(library):
        command = [os.environ.get("CXX", "g++"), "-O2", "-std=c++17", "-shared", "-fPIC", source, "-o", library + ".new", "-ldnnl"]
        try:
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        except FileNotFoundError:
            lines.missing(f"there is no C++ compiler for oneDNN's shim ({HOW})")
        except subprocess.CalledProcessError as fault:
            sys.stderr.write(fault.stderr.decode())
            lines.missing(f"the shim does not compile against oneDNN 2 ({HOW})")
        os.replace(library + ".new", library)
    return ctypes.CDLL(library)


def address(array):
    return array.ctypes.data_as(floats)


class Layer:
    def __init__(self, shape):
        if shape.cell not in KINDS:
            raise ValueError(f"oneDNN has no {shape.cell}")
        self.shape = shape
        order = ORDER[shape.cell]
        biases = shape.by_gate("b", order)
        if shape.cell == "gru":
            biases = [*biases, shape.tensors["cn"]]
        stacked = lambda name: numpy.ascontiguousarray(numpy.stack(shape.by_gate(name, order)).transpose(2, 0, 1))
        given = [shape.tensors["x"], shape.tensors["h0"], shape.tensors.get("c0", shape.tensors["h0"]), stacked("W"), stacked("U"), numpy.concatenate(biases)]
        self.layer = library.layer_make(
            KINDS[shape.cell], shape.steps, shape.rows, shape.inputs, shape.units, int(shape.training), ctypes.c_float(lines.OUTPUT_GRADIENT), *map(address, given))
        if not self.layer:
            raise RuntimeError(library.layer_error().decode())

    def __del__(self):
        if getattr(self, "layer", None):
            library.layer_free(self.layer)

    def run(self):
        if library.layer_run(self.layer):
            raise RuntimeError(library.layer_error().decode())

    def read(self, what, *dims):
        array = numpy.zeros(dims, numpy.float32)
        library.layer_read(self.layer, what.encode(), address(array))
        return array

    def results(self):
        s = self.shape
        out = {"y": self.read("y", s.steps, s.rows, s.units)}
        if not s.training:
            return out
        out["dx"], out["dh0"] = self.read("dx", s.steps, s.rows, s.inputs), self.read("dh0", s.rows, s.units)
        if s.cell == "lstm":
            out["dc0"] = self.read("dc0", s.rows, s.units)
        back = [ORDER[s.cell].index(gate) for gate in range(s.gates)]
        weights = lambda what, width: self.read(what, width, s.gates, s.units).transpose(1, 2, 0)[back].reshape(s.gates * s.units, width)
        out["dW"], out["dU"] = weights("dW", s.inputs), weights("dU", s.units)
        biases = self.read("db", 4 if s.cell == "gru" else s.gates, s.units)
        out["db"] = biases[back].reshape(-1)
        if s.cell == "gru":
            out["dcn"] = biases[3]
        return out


library = compiled()
library.layer_make.restype = ctypes.c_void_p
library.layer_make.argtypes = [ctypes.c_int] * 6 + [ctypes.c_float] + [floats] * 6
library.layer_run.argtypes = library.layer_free.argtypes = [ctypes.c_void_p]
library.layer_read.argtypes = [ctypes.c_void_p, ctypes.c_char_p, floats]
library.layer_error.restype = library.layer_version.restype = ctypes.c_char_p
lines.serve("oneDNN", library.layer_version().decode(), Layer)
