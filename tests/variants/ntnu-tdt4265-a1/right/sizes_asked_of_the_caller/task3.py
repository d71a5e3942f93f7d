import numpy as np
import utils
import matplotlib.pyplot as plt
from task2a import pre_process_images
from trainer import BaseTrainer
from task3a import cross_entropy_loss, SoftmaxModel, one_hot_encode
np.random.seed(0)

def calculate_accuracy(X: np.ndarray, targets: np.ndarray, model: SoftmaxModel) -> float:
    outputs = model.forward(X)
    predictions = np.argmax(outputs, axis=1)
    labels = np.argmax(targets, axis=1)
    return np.sum(predictions == labels) / X.shape[0]

class SoftmaxTrainer(BaseTrainer):

    def train_step(self, X_batch: np.ndarray, Y_batch: np.ndarray):
        outputs = self.model.forward(X_batch)
        loss = cross_entropy_loss(Y_batch, outputs)
        self.model.backward(X_batch, outputs, Y_batch)
        self.model.w -= self.learning_rate * self.model.grad
        return loss

    def validation_step(self):
        logits = self.model.forward(self.X_val)
        loss = cross_entropy_loss(self.Y_val, logits)
        accuracy_train = calculate_accuracy(self.X_train, self.Y_train, self.model)
        accuracy_val = calculate_accuracy(self.X_val, self.Y_val, self.model)
        return loss, accuracy_train, accuracy_val

def main():
    num_epochs = 50
    X_train, Y_train, X_val, Y_val = utils.load_full_mnist()
    X_train = pre_process_images(X_train)
    X_val = pre_process_images(X_val)
    Y_train = one_hot_encode(Y_train, 10)
    Y_val = one_hot_encode(Y_val, 10)
    model = SoftmaxModel(785, 10, l2_reg_lambda=0)
    trainer = SoftmaxTrainer(model, .01, 128, True, X_train, Y_train, X_val, Y_val)
    train_history, val_history = trainer.train(num_epochs)
    plt.savefig("task3b_softmax_train_loss.png")

if __name__ == "__main__":
    main()
