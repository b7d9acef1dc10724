"""ONNX Runtime as a peer of `rnnjit bench`, through the C library of its npm package (see lines.py). Forward only: it has no training of all cells."""
import ctypes
import glob
import os

import lines
import numpy

HOW = "npm install --ignore-scripts onnxruntime-node in the folder that RNNJIT_PEERS names; apt-get install python3-onnx"

try:
    from onnx import TensorProto, helper, numpy_helper
except ImportError:
    lines.missing(f"the python package onnx is not installed ({HOW})")

# Order of PyTorch's gates in the operators, and what the operators are called.
ORDER = {"lstm": [0, 3, 1, 2], "gru": [1, 0, 2], "rnn": [0], "relu": [0]}
OPERATORS = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN", "relu": "RNN"}

pointer, pointers, size, text = ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p), ctypes.c_size_t, ctypes.c_char_p
texts = ctypes.POINTER(ctypes.c_char_p)


class Runtime:
    """The functions of OrtApi that are needed, by their place in that structure, which never changes."""

    FUNCTIONS = {
        "CreateEnv": (3, ctypes.c_int, text, pointers),
        "CreateSessionFromArray": (8, pointer, text, size, pointer, pointers),
        "Run": (9, pointer, pointer, texts, pointers, size, texts, size, pointers),
        "CreateSessionOptions": (10, pointers),
        "SetIntraOpNumThreads": (24, pointer, ctypes.c_int),
        "SetInterOpNumThreads": (25, pointer, ctypes.c_int),
        "CreateTensorWithDataAsOrtValue": (49, pointer, pointer, size, ctypes.POINTER(ctypes.c_int64), size, ctypes.c_int, pointers),
        "CreateCpuMemoryInfo": (69, ctypes.c_int, ctypes.c_int, pointers),
    }
    RELEASES = {"ReleaseSession": 95, "ReleaseValue": 96, "ReleaseSessionOptions": 100}
    MESSAGE, VERSION, FLOAT = 2, 11, 1

    def __init__(self, path):
        class Entry(ctypes.Structure):
            _fields_ = [("api", ctypes.CFUNCTYPE(pointer, ctypes.c_uint32)), ("version", ctypes.CFUNCTYPE(text))]

        library = ctypes.CDLL(path)
        library.OrtGetApiBase.restype = ctypes.POINTER(Entry)
        entry = library.OrtGetApiBase().contents
        self.table = ctypes.cast(entry.api(self.VERSION), pointers)
        self.version = entry.version().decode()
        self.message = ctypes.CFUNCTYPE(text, pointer)(self.table[self.MESSAGE])
        for name, (place, *arguments) in self.FUNCTIONS.items():
            setattr(self, name, self.checked(ctypes.CFUNCTYPE(pointer, *arguments)(self.table[place])))
        for name, place in self.RELEASES.items():
            setattr(self, name, ctypes.CFUNCTYPE(None, pointer)(self.table[place]))
        self.environment, self.memory = self.made(self.CreateEnv, 3, b"rnnjit"), self.made(self.CreateCpuMemoryInfo, 0, 0)

    def checked(self, function):
        def call(*arguments):
            status = function(*arguments)
            if status:
                raise RuntimeError(self.message(status).decode())
        return call

    @staticmethod
    def made(function, *arguments):
        result = pointer()
        function(*arguments, ctypes.byref(result))
        return result

    def tensor(self, array):
        shape = (ctypes.c_int64 * array.ndim)(*array.shape)
        return self.made(self.CreateTensorWithDataAsOrtValue, self.memory, array.ctypes.data, array.nbytes, shape, array.ndim, self.FLOAT)

    def session(self, model, threads):
        options = self.made(self.CreateSessionOptions)
        self.SetIntraOpNumThreads(options, threads)
        self.SetInterOpNumThreads(options, 1)
        session = self.made(self.CreateSessionFromArray, self.environment, model, len(model), options)
        self.ReleaseSessionOptions(options)
        return session


class Layer:
    def __init__(self, shape):
        if shape.training or shape.cell not in OPERATORS:
            raise ValueError(f"ONNX Runtime has no {'training' if shape.training else shape.cell}")
        given = shape.tensors
        self.arrays = {"X": given["x"], "h0": given["h0"][None]}
        if shape.cell == "lstm":
            self.arrays["c0"] = given["c0"][None]
        self.y = numpy.zeros((shape.steps, 1, shape.rows, shape.units), numpy.float32)
        self.session = runtime.session(self.model(shape), shape.threads)
        names = [name.encode() for name in self.arrays]
        self.inputs = (pointer * len(names))(*[runtime.tensor(array) for array in self.arrays.values()])
        self.names = (text * len(names))(*names)
        self.outputs, self.output_names = (pointer * 1)(runtime.tensor(self.y)), (text * 1)(b"Y")

    def __del__(self):
        for value in [*getattr(self, "inputs", []), *getattr(self, "outputs", [])]:
            runtime.ReleaseValue(value)
        if getattr(self, "session", None):
            runtime.ReleaseSession(self.session)

    def model(self, shape):
        order = ORDER[shape.cell]
        recurrent = numpy.zeros((shape.gates, shape.units), numpy.float32)
        attributes = {"hidden_size": shape.units}
        if shape.cell == "gru":
            recurrent[2] = shape.tensors["cn"]
            attributes["linear_before_reset"] = 1
        if shape.cell == "relu":
            attributes["activations"] = ["Relu"]
        weights = {
            "W": numpy.concatenate(shape.by_gate("W", order))[None],
            "R": numpy.concatenate(shape.by_gate("U", order))[None],
            "B": numpy.concatenate(shape.by_gate("b", order) + [recurrent[i] for i in order])[None],
        }
        node = helper.make_node(OPERATORS[shape.cell], ["X", "W", "R", "B", "", *list(self.arrays)[1:]], ["Y"], **attributes)
        info = lambda name, dims: helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)
        graph = helper.make_graph(
            [node], "layer", [info(name, array.shape) for name, array in self.arrays.items()], [info("Y", self.y.shape)],
            [numpy_helper.from_array(numpy.ascontiguousarray(array), name) for name, array in weights.items()])
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8).SerializeToString()

    def run(self):
        runtime.Run(self.session, None, self.names, self.inputs, len(self.inputs), self.output_names, 1, self.outputs)

    def results(self):
        return {"y": self.y[:, 0]}


folder = os.environ.get("RNNJIT_PEERS", ".")
found = sorted(glob.glob(os.path.join(folder, "node_modules/onnxruntime-node/bin/napi-v*/linux/x64/libonnxruntime.so*")))
if not found:
    lines.missing(f"the library of ONNX Runtime is not there ({HOW})")
runtime = Runtime(found[0])
lines.serve("ONNX Runtime", runtime.version, Layer)
