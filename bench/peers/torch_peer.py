"""PyTorch as a peer of `rnnjit bench`: its own layers, and a peephole LSTM as a user writes one (see lines.py)."""
import functools
import time

import lines

try:
    import torch
except ImportError:
    lines.missing("PyTorch is not installed for this python3 (apt-get install python3-torch libopenblas0-openmp)")

LAYERS = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN, "relu": functools.partial(torch.nn.RNN, nonlinearity="relu")}


class Peephole(torch.nn.Module):
    """Gers, Schraudolph and Schmidhuber 2002: gates i and f see the old memory, o the new one."""

    def __init__(self, tensors):
        super().__init__()
        self.W, self.U, self.b = (torch.nn.Parameter(torch.from_numpy(tensors[name])) for name in "WUb")
        self.pi, self.pf, self.po = (torch.nn.Parameter(part.clone()) for part in torch.from_numpy(tensors["p"]).chunk(3))

    def forward(self, x, h, c):
        inputs = torch.matmul(x, self.W.t()) + self.b
        recurrent = self.U.t()
        outputs = []
        for t in range(x.size(0)):
            i, f, g, o = (inputs[t] + torch.mm(h, recurrent)).chunk(4, 1)
            i = torch.sigmoid(i + self.pi * c)
            f = torch.sigmoid(f + self.pf * c)
            c = f * c + i * torch.tanh(g)
            o = torch.sigmoid(o + self.po * c)
            h = o * torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs)


class Layer:
    def __init__(self, shape):
        torch.set_num_threads(shape.threads)
        self.shape = shape
        given = {name: torch.from_numpy(array) for name, array in shape.tensors.items()}
        self.x, self.h0 = given["x"], given["h0"]
        self.c0 = given.get("c0")
        self.dy = torch.full((shape.steps, shape.rows, shape.units), lines.OUTPUT_GRADIENT)
        if shape.cell == "peephole":
            self.module = Peephole(shape.tensors)
            self.module = self.faster(self.module, torch.jit.script(self.module))
        else:
            self.module = self.builtin(given)
        if shape.training:
            for tensor in filter(lambda t: t is not None, (self.x, self.h0, self.c0)):
                tensor.requires_grad_(True)

    def builtin(self, given):
        shape = self.shape
        module = LAYERS[shape.cell](shape.inputs, shape.units)
        with torch.no_grad():
            module.weight_ih_l0.copy_(given["W"])
            module.weight_hh_l0.copy_(given["U"])
            module.bias_ih_l0.copy_(given["b"])
            module.bias_hh_l0.zero_()
            if shape.cell == "gru":
                module.bias_hh_l0[2 * shape.units:] = given["cn"]
        return module

    def faster(self, *modules):
        best = None
        for module in modules:
            self.module = module
            for _ in range(4):
                self.run()
            begin = time.perf_counter()
            self.run()
            self.run()
            seconds = time.perf_counter() - begin
            if best is None or seconds < best[0]:
                best = (seconds, module)
        return best[1]

    def forward(self):
        if self.shape.cell == "peephole":
            return self.module(self.x, self.h0, self.c0)
        states = self.h0.unsqueeze(0)
        return self.module(self.x, states if self.c0 is None else (states, self.c0.unsqueeze(0)))[0]

    def run(self):
        if not self.shape.training:
            with torch.no_grad():
                self.y = self.forward()
            return
        for parameter in self.module.parameters():
            parameter.grad = None
        for tensor in (self.x, self.h0, self.c0):
            if tensor is not None:
                tensor.grad = None
        self.y = self.forward()
        self.y.backward(self.dy)

    def results(self):
        out = {"y": self.y.detach().numpy()}
        if not self.shape.training:
            return out
        out["dx"], out["dh0"] = self.x.grad.numpy(), self.h0.grad.numpy()
        if self.c0 is not None:
            out["dc0"] = self.c0.grad.numpy()
        m = self.module
        if self.shape.cell == "peephole":
            out["dp"] = torch.cat((m.pi.grad, m.pf.grad, m.po.grad)).numpy()
            weights = (m.W, m.U, m.b)
        else:
            weights = (m.weight_ih_l0, m.weight_hh_l0, m.bias_ih_l0)
        out["dW"], out["dU"], out["db"] = (w.grad.numpy() for w in weights)
        if self.shape.cell == "gru":
            out["dcn"] = m.bias_hh_l0.grad.numpy()[2 * self.shape.units:]
        return out


lines.serve("PyTorch", torch.__version__, Layer)
