#!/usr/bin/env python3
"""PS5 Q2: feed-forward network with 29 weights."""
from __future__ import annotations
import argparse
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
import numpy as np
import numpy.typing as npt

log = logging.getLogger(__name__)
Vec = npt.NDArray[np.float32]


class Activations(NamedTuple):
    beta_h: Vec
    y_pred: Vec


@dataclass
class Dataset:
    x: Vec
    y: Vec

    def __len__(self) -> int:
        return len(self.x)


@dataclass
class Scaler:
    mean: Vec | None = None
    scale: Vec | None = None

    def fit(self, x: Vec) -> "Scaler":
        self.mean = x.mean(axis=0)
        self.scale = x.std(axis=0)
        return self

    def transform(self, x: Vec) -> Vec:
        return ((x - self.mean) / self.scale).astype(np.float32)


@dataclass
class Config:
    eta: float = 1e-4
    epochs: int = 100_000
    seed: int = 5


def _sigmoid(a: Vec) -> Vec:
    return np.where(a >= 0, 1 / (1 + np.exp(-np.abs(a))), np.exp(-np.abs(a)) / (1 + np.exp(-np.abs(a))))


def forward_pass(x: Vec, w: Vec, N: int) -> Activations:
    x = np.asarray(x, dtype=np.float32)
    w = np.asarray(w, dtype=np.float32)
    hidden = np.column_stack([np.ones(N), x]).astype(np.float32) @ w[:21].reshape(3, 7)
    beta_h = _sigmoid(hidden)
    y_pred = _sigmoid(np.column_stack([np.ones(N), beta_h]).astype(np.float32) @ w[21:])
    return Activations(beta_h, y_pred)


def compute_loss(y: Vec, y_pred: Vec) -> float:
    return float(0.5 * np.sum(np.square(y - y_pred)))


def backward_propagation(x: Vec, y: Vec, y_pred: Vec, w: Vec, beta_h: Vec, eta: float) -> Vec:
    x, w = np.asarray(x, dtype=np.float32), np.asarray(w, dtype=np.float32)
    d_out = (y_pred - y) * y_pred * (1 - y_pred)
    d_hid = np.outer(d_out, w[22:]) * beta_h * (1 - beta_h)
    ones = np.ones(len(x), dtype=np.float32)
    grad = np.concatenate([(np.column_stack([ones, x]).T @ d_hid).ravel(), np.column_stack([ones, beta_h]).T @ d_out])
    return w - np.float32(eta) * grad.astype(np.float32)


def split(data: Dataset, fraction: float = 0.8, seed: int = 5) -> tuple[Dataset, Dataset]:
    idx = np.random.default_rng(seed).permutation(len(data))
    k = round(fraction * len(data))
    return Dataset(data.x[idx[:k]], data.y[idx[:k]]), Dataset(data.x[idx[k:]], data.y[idx[k:]])


def train(train_set: Dataset, test_set: Dataset, w: Vec, cfg: Config) -> tuple[Vec, dict[str, list[float]]]:
    history: dict[str, list[float]] = {"train": [], "test": []}
    for epoch in range(cfg.epochs):
        act = forward_pass(train_set.x, w, len(train_set))
        history["train"].append(compute_loss(train_set.y, act.y_pred))
        history["test"].append(compute_loss(test_set.y, forward_pass(test_set.x, w, len(test_set)).y_pred))
        w = backward_propagation(train_set.x, train_set.y, act.y_pred, w, act.beta_h, cfg.eta)
        if epoch % 1000 == 0:
            log.info("epoch %d loss %.3f", epoch, history["train"][-1])
    return w, history


def prediction_map(w: Vec, raw: Dataset, scaler: Scaler, n: int = 100) -> tuple[Vec, Vec, Vec]:
    lo, hi = raw.x.min(0), raw.x.max(0)
    g1, g2 = np.meshgrid(np.linspace(lo[0], hi[0], n), np.linspace(lo[1], hi[1], n))
    pts = scaler.transform(np.column_stack([g1.ravel(), g2.ravel()]))
    return g1, g2, forward_pass(pts, w, len(pts)).y_pred.reshape(n, n)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("csv", type=Path, default=Path("ps5_data.csv"), nargs="?")
    parser.add_argument("--eta", type=float, default=1e-4)
    parser.add_argument("--epochs", type=int, default=100_000)
    args = parser.parse_args()
    cfg = Config(args.eta, args.epochs)
    table = np.loadtxt(args.csv, delimiter=",", skiprows=1, dtype=np.float32)
    raw = Dataset(table[:, :2], table[:, 2])
    tr, te = split(raw)
    scaler = Scaler().fit(tr.x)
    tr, te = Dataset(scaler.transform(tr.x), tr.y), Dataset(scaler.transform(te.x), te.y)
    w = np.random.default_rng(cfg.seed).normal(size=29).astype(np.float32)
    w, history = train(tr, te, w, cfg)
    import matplotlib.pyplot as plt
    plt.plot(history["train"]); plt.plot(history["test"])
    plt.contourf(*prediction_map(w, raw, scaler))
    plt.savefig("map.pdf")


if __name__ == "__main__":
    main()
