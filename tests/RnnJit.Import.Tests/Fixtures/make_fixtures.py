"""Writes the fixtures beside it: state dicts with the inputs and outputs of their modules, by torch 1.13, numpy 1.24 and h5py 3.7.

Weights are multiples of 2^-12. `make_fixtures.py FOLDER`.
"""
import io
import json
import pathlib
import sys
import zipfile

import h5py
import numpy
import torch

folder = pathlib.Path(sys.argv[1])
torch.manual_seed(22)


def numbers(tensor):
    return {"shape": list(tensor.shape), "data": [float(x) for x in tensor.detach().flatten()]}


def fill(module):
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randint(-2048, 2049, parameter.shape) / 4096)


def write(name, module, legacy=False, dtype=torch.float32, checkpoint=False):
    fill(module)
    module = module.to(dtype).eval()
    x = (torch.randint(-4096, 4097, (5, 2, module.input_size)) / 4096).to(dtype)
    y, final = module(x)
    state = module.state_dict()
    torch.save({"epoch": 3, "state_dict": state, "note": "x"} if checkpoint else state, folder / f"{name}.pt",
               _use_new_zipfile_serialization=not legacy)
    h, c = final if isinstance(final, tuple) else (final, None)
    case = {"x": numbers(x), "y": numbers(y), "hn": numbers(h)}
    if c is not None:
        case["cn"] = numbers(c)
    (folder / f"{name}.json").write_text(json.dumps(case))


write("lstm_proj_bi_l2", torch.nn.LSTM(3, 4, num_layers=2, bidirectional=True, proj_size=2))
write("lstm_legacy_l2", torch.nn.LSTM(3, 4, num_layers=2), legacy=True)
write("gru_f64_bi", torch.nn.GRU(3, 4, bidirectional=True), dtype=torch.float64)
write("gru_checkpoint", torch.nn.GRU(3, 4), checkpoint=True)
write("rnn_relu_nobias_l3", torch.nn.RNN(3, 4, num_layers=3, nonlinearity="relu", bias=False))

# Views: a transposed weight, and two tensors of one storage.
lstm = torch.nn.LSTM(3, 4)
fill(lstm)
state = lstm.state_dict()
both = torch.cat([state["bias_ih_l0"], state["bias_hh_l0"]])
state["weight_ih_l0"] = state["weight_ih_l0"].t().contiguous().t()
state["bias_ih_l0"], state["bias_hh_l0"] = both[:16], both[16:]
x = torch.randint(-4096, 4097, (5, 2, 3)) / 4096
y, (h, c) = lstm(x)
torch.save(state, folder / "lstm_views.pt")
(folder / "lstm_views.json").write_text(json.dumps({"x": numbers(x), "y": numbers(y), "hn": numbers(h), "cn": numbers(c)}))

# Keras' layout: kernel [X, 4H] of gates i, f, c, o, one bias; GRU of gates z, r, h with two biases, backward too.
state = lstm.state_dict()
arrays = {"lstm/lstm_cell/kernel:0": state["weight_ih_l0"].numpy().T, "lstm/lstm_cell/recurrent_kernel:0": state["weight_hh_l0"].numpy().T,
          "lstm/lstm_cell/bias:0": (state["bias_ih_l0"] + state["bias_hh_l0"]).numpy()}
numpy.savez(folder / "keras_lstm.npz", **arrays)
y, _ = lstm(x)
(folder / "keras_lstm.json").write_text(json.dumps({"x": numbers(x), "y": numbers(y)}))


def keras_gru(state, suffix):
    def gates(tensor):
        r, z, n = tensor.numpy().reshape(3, 4, -1)
        return numpy.concatenate([z, r, n]).T
    return {"kernel": gates(state["weight_ih_l0" + suffix]), "recurrent_kernel": gates(state["weight_hh_l0" + suffix]),
            "bias": numpy.concatenate([gates(state["bias_ih_l0" + suffix]), gates(state["bias_hh_l0" + suffix])])}


gru = torch.nn.GRU(3, 4, bidirectional=True)
fill(gru)
arrays = {}
for direction, suffix in ("forward", ""), ("backward", "_reverse"):
    for kind, array in keras_gru(gru.state_dict(), suffix).items():
        arrays[f"bidirectional/{direction}_gru/gru_cell/{kind}"] = array
numpy.savez_compressed(folder / "keras_gru_bi.npz", **arrays)
y, _ = gru(x)
(folder / "keras_gru_bi.json").write_text(json.dumps({"x": numbers(x), "y": numbers(y)}))

# Keras' own file, made by h5py as keras/src/saving/saving_lib.py lays it out; the archive around it is deflated.
lstm_weights = [state["weight_ih_l0"].numpy().T, state["weight_hh_l0"].numpy().T, (state["bias_ih_l0"] + state["bias_hh_l0"]).numpy()]


def keras_file(target):
    with h5py.File(target, "w") as file:
        for path, variables in (("layers/lstm/cell", lstm_weights), ("layers/dropout", []), ("layers/input_layer", []),
                                ("optimizer", lstm_weights[:1])):
            group = file.create_group(path).create_group("vars")
            for number, array in enumerate(variables):
                group[str(number)] = array


keras_file(folder / "keras.weights.h5")
buffer = io.BytesIO()
keras_file(buffer)
with zipfile.ZipFile(folder / "keras.keras", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("config.json", "{}")
    archive.writestr("model.weights.h5", buffer.getvalue())
with h5py.File(folder / "keras2.h5", "w") as file:
    for name, array in zip(("kernel", "recurrent_kernel", "bias"), lstm_weights):
        file.create_dataset(f"model_weights/lstm/lstm/lstm_cell/{name}:0", data=array)
    file.create_dataset("optimizer_weights/Adam/iterations:0", data=numpy.int64(5))
with h5py.File(folder / "chunked.weights.h5", "w") as file:
    file.create_dataset("layers/lstm/cell/vars/0", data=lstm_weights[0], chunks=True, compression="gzip")
