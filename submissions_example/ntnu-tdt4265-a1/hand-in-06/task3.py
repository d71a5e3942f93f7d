import numpy as np
import matplotlib.pyplot as plt
import utils
from task3a import cross_entropy_loss, SoftmaxModel, one_hot_encode
from task2a import pre_process_images


def calculate_accuracy(X: np.ndarray, targets: np.ndarray, model: SoftmaxModel) -> float:
    outputs = model.forward(X)
    return np.mean(np.argmax(outputs, axis=1) == np.argmax(targets, axis=1))


def train(num_epochs: int, learning_rate: float, batch_size: int, l2_reg_lambda: float):
    """Trains on X_train, Y_train; validates five times in each epoch on X_val, Y_val."""
    global X_train, X_val
    num_batches_per_epoch = X_train.shape[0] // batch_size
    num_steps_per_val = num_batches_per_epoch // 5
    train_loss, val_loss, train_accuracy, val_accuracy = {}, {}, {}, {}
    model = SoftmaxModel(l2_reg_lambda)
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
    X_train, Y_train, X_val, Y_val = utils.load_full_mnist(0.1)
    X_train = pre_process_images(X_train)
    X_val = pre_process_images(X_val)
    Y_train = one_hot_encode(Y_train, 10)
    Y_val = one_hot_encode(Y_val, 10)
    for l2_reg_lambda in [1.0, 0.1, 0.01, 0.001]:
        model, train_loss, val_loss, train_accuracy, val_accuracy = train(50, 0.3, 128, l2_reg_lambda)
        utils.plot_loss(val_accuracy, f"lambda {l2_reg_lambda}")
    plt.savefig("accuracy_for_each_lambda.png")
