import numpy as np
import utils
import matplotlib.pyplot as plt
from task2a import cross_entropy_loss, BinaryModel, pre_process_images
np.random.seed(0)


def calculate_accuracy(X: np.ndarray, targets: np.ndarray, model: BinaryModel) -> float:
    outputs = model.forward(X)
    predictions = np.zeros_like(outputs)
    predictions[outputs > 0.5] = 1
    return np.count_nonzero(predictions == targets)/X.shape[0]


def train(
        num_epochs: int,
        learning_rate: float,
        batch_size: int,
        l2_reg_lambda: float # Task 3 hyperparameter. Can be ignored before this.
        ):
    global X_train, X_val, X_test
    num_batches_per_epoch = X_train.shape[0] // batch_size
    num_steps_per_val = num_batches_per_epoch // 5
    train_loss = {}
    val_loss = {}
    train_accuracy = {}
    val_accuracy = {}
    model = BinaryModel(l2_reg_lambda)

    best_loss = np.inf
    patience = 0
    global_step = 0
    for epoch in range(num_epochs):
        np.random.shuffle(X_train)
        np.random.shuffle(Y_train)
        for step in range(num_batches_per_epoch):
            start = step * batch_size
            end = start + batch_size
            X_batch, Y_batch = X_train[start:end], Y_train[start:end]

            y = model.forward(X_batch)
            model.backward(X_batch, y, Y_batch)
            model.w = model.w - learning_rate * model.grad

            _train_loss = cross_entropy_loss(Y_batch, y)
            train_loss[global_step] = _train_loss
            if global_step % num_steps_per_val == 0:
                _val_loss = cross_entropy_loss(Y_val, model.forward(X_val))
                val_loss[global_step] = _val_loss
                train_accuracy[global_step] = calculate_accuracy(X_train, Y_train, model)
                val_accuracy[global_step] = calculate_accuracy(X_val, Y_val, model)
                if _val_loss < best_loss:
                    best_loss = _val_loss
                    patience = 0
                else:
                    patience += 1
                if patience > 10:
                    print("Early stopping kicked in at epoch", epoch)
                    return model, train_loss, val_loss, train_accuracy, val_accuracy
            global_step += 1
    return model, train_loss, val_loss, train_accuracy, val_accuracy


# Load dataset
category1, category2 = 2, 3
validation_percentage = 0.1
X_train, Y_train, X_val, Y_val, X_test, Y_test = utils.load_binary_dataset(category1, category2, validation_percentage)
X_train = pre_process_images(X_train)
X_test = pre_process_images(X_test)
X_val = pre_process_images(X_val)

num_epochs = 50
learning_rate = 0.2
batch_size = 128
l2_reg_lambda = 0
model, train_loss, val_loss, train_accuracy, val_accuracy = train(num_epochs=num_epochs, learning_rate=learning_rate, batch_size=batch_size, l2_reg_lambda=l2_reg_lambda)
print("Final Train Cross Entropy Loss:", cross_entropy_loss(Y_train, model.forward(X_train)))
print("Final  Test Accuracy:", calculate_accuracy(X_test, Y_test, model))
plt.ylim([0., .4])
utils.plot_loss(train_loss, "Training Loss")
plt.legend()
plt.savefig("binary_train_loss.png")
plt.show()
