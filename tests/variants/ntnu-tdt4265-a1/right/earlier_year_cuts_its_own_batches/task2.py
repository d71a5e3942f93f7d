import numpy as np
import utils
import matplotlib.pyplot as plt
from task2a import cross_entropy_loss, BinaryModel, pre_process_images
np.random.seed(0)

def calculate_accuracy(X: np.ndarray, targets: np.ndarray, model: BinaryModel) -> float:
    preds = model.forward(X)
    preds[preds >= 0.5] = 1
    preds[preds < 0.5] = 0
    return (preds == targets).sum() / targets.size

def train(num_epochs: int, learning_rate: float, batch_size: int, l2_reg_lambda: float):
    """ Performs mini-batch gradient descent for logistic regression. """
    global X_train, Y_train, X_val, Y_val
    num_batches_per_epoch = X_train.shape[0] // batch_size
    num_steps_per_val = num_batches_per_epoch // 5
    train_loss = {}
    val_loss = {}
    train_accuracy = {}
    val_accuracy = {}
    model = BinaryModel(l2_reg_lambda)
    best_loss = float("inf")
    count = 0
    global_step = 0
    for epoch in range(num_epochs):
        # shuffle
        perm = np.random.permutation(X_train.shape[0])
        X_train, Y_train = X_train[perm], Y_train[perm]
        for step in range(num_batches_per_epoch):
            start = step * batch_size
            end = start + batch_size
            X_batch, Y_batch = X_train[start:end], Y_train[start:end]
            out = model.forward(X_batch)
            model.backward(X_batch, out, Y_batch)
            model.w = model.w - learning_rate * model.grad
            _train_loss = cross_entropy_loss(Y_batch, out)
            train_loss[global_step] = _train_loss
            if global_step % num_steps_per_val == 0:
                _val_loss = cross_entropy_loss(Y_val, model.forward(X_val))
                val_loss[global_step] = _val_loss
                train_accuracy[global_step] = calculate_accuracy(X_train, Y_train, model)
                val_accuracy[global_step] = calculate_accuracy(X_val, Y_val, model)
                if _val_loss >= best_loss:
                    count += 1
                    if count >= 10:
                        return model, train_loss, val_loss, train_accuracy, val_accuracy
                else:
                    best_loss = _val_loss
                    count = 0
            global_step += 1
    return model, train_loss, val_loss, train_accuracy, val_accuracy

# Load dataset
category1, category2 = 2, 3
X_train, Y_train, X_val, Y_val = utils.load_binary_dataset(category1, category2)
X_train = pre_process_images(X_train)
X_val = pre_process_images(X_val)

# hyperparameters
num_epochs = 50
learning_rate = 0.2
batch_size = 128
l2_reg_lambda = 0
model, train_loss, val_loss, train_accuracy, val_accuracy = train(num_epochs, learning_rate, batch_size, l2_reg_lambda)

print("Final Train Cross Entropy Loss:", cross_entropy_loss(Y_train, model.forward(X_train)))
plt.ylim([0., 0.4])
utils.plot_loss(train_loss, "Training Loss")
utils.plot_loss(val_loss, "Validation Loss")
plt.legend()
plt.savefig("binary_train_loss.png")
plt.show()
