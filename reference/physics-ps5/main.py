"""Train the network as the course says, and print the loss on its way."""

import sys

from network import forward_pass, loss
from preparation import load_data, prepare
from training import initial_weights, train


def main(path: str) -> None:
    """Print the training loss every 10,000 epochs, and the loss on the points that were held out."""
    (x_train, x_test, y_train, y_test), _, _ = prepare(*load_data(path))
    w, losses = train(x_train, y_train, initial_weights())
    for epoch in range(0, len(losses), 10_000):
        print(f"epoch {epoch}: training loss {losses[epoch]:.4f}")
    _, y_pred = forward_pass(x_test, w, len(x_test))
    print(f"test loss {loss(y_test, y_pred):.4f}")


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["ps5_data.csv"]))
