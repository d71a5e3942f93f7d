import numpy as np
import matplotlib.pyplot as plt
import utils
from task2a import cross_entropy_loss, BinaryModel, pre_process_images


def calculate_accuracy(X: np.ndarray, targets: np.ndarray, model: BinaryModel) -> float:
    outputs = model.forward(X)
    return ((outputs >= 0.5) == (targets == 1)).mean()


def train(num_epochs: int, learning_rate: float, batch_size: int, l2_reg_lambda: float):
    """Trains on X_train, Y_train; validates five times in each epoch on X_val, Y_val."""
    global X_train, X_val
    num_batches_per_epoch = X_train.shape[0] // batch_size
    num_steps_per_val = num_batches_per_epoch // 5
    train_loss, val_loss, train_accuracy, val_accuracy = {}, {}, {}, {}
    model = BinaryModel(l2_reg_lambda)
    smallest, worse = None, 0
    global_step = 0
    for epoch in range(num_epochs):
        for step in range(num_batches_per_epoch):
            start = step * batch_size
            X_batch = X_train[start:start + batch_size]
            Y_batch = Y_train[start:start + batch_size]
            outputs = model.forward(X_batch)
            model.backward(X_batch, outputs, Y_batch)
            model.w -= learning_rate * model.grad
            train_loss[global_step] = cross_entropy_loss(Y_batch, outputs)
            if global_step % num_steps_per_val == 0:
                loss = cross_entropy_loss(Y_val, model.forward(X_val))
                val_loss[global_step] = loss
                train_accuracy[global_step] = calculate_accuracy(X_train, Y_train, model)
                val_accuracy[global_step] = calculate_accuracy(X_val, Y_val, model)
                if smallest is None or loss < smallest:
                    smallest, worse = loss, 0
                else:
                    worse += 1
                if worse > 10:
                    return model, train_loss, val_loss, train_accuracy, val_accuracy
            global_step += 1
    return model, train_loss, val_loss, train_accuracy, val_accuracy


if __name__ == "__main__":
    X_train, Y_train, X_val, Y_val = utils.load_binary_dataset(2, 3, 0.1)
    X_train = pre_process_images(X_train)
    X_val = pre_process_images(X_val)
    model, train_loss, val_loss, train_accuracy, val_accuracy = train(50, 0.2, 128, 0)
    print("Accuracy on the validation set:", calculate_accuracy(X_val, Y_val, model))
    utils.plot_loss(train_loss, "Training loss")
    utils.plot_loss(val_loss, "Validation loss")
    plt.savefig("binary_train_loss.png")
