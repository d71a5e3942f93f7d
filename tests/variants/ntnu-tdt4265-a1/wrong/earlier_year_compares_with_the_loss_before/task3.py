import numpy as np
import utils
import matplotlib.pyplot as plt
from task3a import cross_entropy_loss, SoftmaxModel, one_hot_encode, pre_process_images
np.random.seed(0)

def calculate_accuracy(X: np.ndarray, targets: np.ndarray, model: SoftmaxModel) -> float:
    return np.average(model.forward(X).argmax(axis=1) == targets.argmax(axis=1))

def train(num_epochs: int, learning_rate: float, batch_size: int, l2_reg_lambda: float):
    global X_train, Y_train, X_val, Y_val
    num_batches_per_epoch = X_train.shape[0] // batch_size
    num_steps_per_val = num_batches_per_epoch // 5
    train_loss, val_loss, train_accuracy, val_accuracy = {}, {}, {}, {}
    model = SoftmaxModel(l2_reg_lambda)
    best_loss, count = float("inf"), 0
    global_step = 0
    for epoch in range(num_epochs):
        perm = np.random.permutation(X_train.shape[0])
        X_train, Y_train = X_train[perm], Y_train[perm]
        for step in range(num_batches_per_epoch):
            start = step * batch_size
            end = start + batch_size
            X_batch, Y_batch = X_train[start:end], Y_train[start:end]
            out = model.forward(X_batch)
            model.backward(X_batch, out, Y_batch)
            model.w = model.w - learning_rate * model.grad
            train_loss[global_step] = cross_entropy_loss(Y_batch, out)
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

X_train, Y_train, X_val, Y_val = utils.load_full_mnist()
X_train = pre_process_images(X_train)
X_val = pre_process_images(X_val)
Y_train = one_hot_encode(Y_train, 10)
Y_val = one_hot_encode(Y_val, 10)
model, train_loss, val_loss, train_accuracy, val_accuracy = train(50, .3, 128, 0)
lambdas = [1.0, .1, .01, .001]
for lam in lambdas:
    m, tl, vl, ta, va = train(50, .3, 128, lam)
    plt.plot(list(va.keys()), list(va.values()), label=str(lam))
plt.legend(); plt.show()
