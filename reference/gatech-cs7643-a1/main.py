"""Train the model that a config file describes, and test the state that did best on the validation set."""

import argparse
import copy
from pathlib import Path
from typing import Any

from models import SoftmaxRegression, TwoLayerNet, _baseNetwork
from optimizer import SGD
from utils import evaluate, generate_batched_data, load_mnist_test, load_mnist_trainval, plot_curves, train

Config = dict[str, dict[str, Any]]


def main() -> None:
    """Read the config, train, test, and draw the learning curves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("configs/config_exp.yaml"))
    config = read_config(parser.parse_args().config)
    best_model = fit(config)
    batch_size = config["Train"]["batch_size"]
    loss, accuracy = evaluate(*generate_batched_data(*load_mnist_test(), batch_size), best_model, debug=False)
    print(f"test: loss {loss:.4f}, accuracy {accuracy:.4f}")


def read_config(path: Path) -> Config:
    """Read the groups `Train` and `Model` of a config file."""
    import yaml

    config: Config = yaml.safe_load(path.read_text(encoding="utf-8"))
    return config


def build(config: Config) -> _baseNetwork:
    """Make the untrained model that the config names."""
    if config["Model"]["type"] == "TwoLayerNet":
        return TwoLayerNet(hidden_size=config["Model"]["hidden_size"])
    return SoftmaxRegression()


def fit(config: Config) -> _baseNetwork:
    """Train for all epochs, draw the curves, and return the model as it was at its best validation accuracy.

    `momentum` stands in every config of the course but plain SGD has no use for it.
    """
    settings = config["Train"]
    model, optimizer = build(config), SGD(settings["learning_rate"], settings["reg"])
    train_images, train_labels, valid_images, valid_labels = load_mnist_trainval()
    valid_batches = generate_batched_data(valid_images, valid_labels, settings["batch_size"])
    best_model = model
    history: list[tuple[float, float, float, float]] = []
    for epoch in range(settings["epochs"]):
        batches = generate_batched_data(train_images, train_labels, settings["batch_size"], shuffle=True, seed=epoch)
        training = train(epoch, *batches, model, optimizer, settings["debug"])
        validation = evaluate(*valid_batches, model, settings["debug"])
        if not history or validation[1] > max(accuracy for *_, accuracy in history):
            best_model = copy.deepcopy(model)
        history.append((*training, *validation))
    plot_curves(*map(list, zip(*history, strict=True)))
    return best_model


if __name__ == "__main__":
    main()
