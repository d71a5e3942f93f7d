from __future__ import annotations
from dataclasses import dataclass, field, asdict
import numpy as np
from layers import Layer, Linear, ReLU, SoftmaxCrossEntropy


@dataclass
class History:
    train_loss: list[float] = field(default_factory=list)
    val_loss: list[float] = field(default_factory=list)
    train_acc: list[float] = field(default_factory=list)
    val_acc: list[float] = field(default_factory=list)


def get_init_params(input_dim: int, hidden_size: int, output_size: int, seed: int | None = None):
    rng = np.random.default_rng(seed)
    return {
        "W1": rng.normal(0, np.sqrt(2 / (input_dim + hidden_size)), (input_dim, hidden_size)),
        "b1": np.zeros((1, hidden_size)),
        "W2": rng.normal(0, np.sqrt(4 / (hidden_size + output_size)), (hidden_size, output_size)),
        "b2": np.zeros((1, output_size)),
    }


class NetClassifier:
    def __init__(self, verbose: bool = False) -> None:
        self.verbose = verbose
        self._params: dict | None = None
        self._history = History()

    @property
    def params(self):
        if self._params is None:
            raise RuntimeError("call fit first")
        return self._params

    @property
    def history(self) -> dict:
        return asdict(self._history)

    def _net(self, params) -> list[Layer]:
        return [Linear(params["W1"], params["b1"]), ReLU(), Linear(params["W2"], params["b2"])]

    def _logits(self, net: list[Layer], X):
        out = X
        for layer in net:
            out = layer.forward(out)
        return out

    def cost_grad(self, X, y, params, c: float = 0.0):
        net = self._net(params)
        head = SoftmaxCrossEntropy()
        loss = head.forward(self._logits(net, X), y)
        dout = head.backward()
        for layer in reversed(net):
            dout = layer.backward(dout)
        first, _, last = net
        penalty = c * sum(float((l.W**2).sum()) for l in (first, last))
        return loss + penalty, {
            "d_w1": None,
            "d_b1": None,
            "d_w2": last.dW + 2 * c * last.W,
            "d_b2": last.db,
        }

    def fit(self, X_train, y_train, X_val, y_val, init_params, *, batch_size: int = 32, lr: float = 0.1, c: float = 1e-4, epochs: int = 30):
        params = {k: v.astype(np.float64, copy=True) for k, v in init_params.items()}
        self._history = History()
        best = float("inf")
        n = X_train.shape[0]
        for epoch in range(1, epochs + 1):
            for rows in np.split(np.random.permutation(n), range(batch_size, n, batch_size)):
                _, grads = self.cost_grad(X_train[rows], y_train[rows], params, c)
                for name in params:
                    params[name] = params[name] - lr * grads["d_" + name.lower()]
            tl, ta = self._evaluate(X_train, y_train, params, c)
            vl, va = self._evaluate(X_val, y_val, params, c)
            self._history.train_loss.append(tl)
            self._history.train_acc.append(ta)
            self._history.val_loss.append(vl)
            self._history.val_acc.append(va)
            if self.verbose:
                print(f"{epoch:3d}/{epochs} {tl=:.4f} {vl=:.4f} {ta=:.2%} {va=:.2%}")
            if vl < best:
                best = vl
                self._params = dict(params)
        return self.history

    def _evaluate(self, X, y, params, c):
        return self.cost_grad(X, y, params, c)[0], self.score(X, y, params)

    def predict(self, X, params=None):
        return self._logits(self._net(params if params is not None else self.params), X).argmax(axis=1)

    def score(self, X, y, params=None) -> float:
        return float((self.predict(X, params) == y).mean())
