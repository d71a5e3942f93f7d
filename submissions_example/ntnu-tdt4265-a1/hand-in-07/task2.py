import numpy as np
import matplotlib.pyplot as plt
import utils
from task2a import cross_entropy_loss, BinaryModel, pre_process_images
from trainer import BaseTrainer

np.random.seed(0)


def calculate_accuracy(X: np.ndarray, targets: np.ndarray, model: BinaryModel) -> float:
    predictions = np.round(model.forward(X))
    correct = (predictions == targets).sum()
    return correct / targets.shape[0]


class LogisticTrainer(BaseTrainer):

    def train_step(self, X_batch: np.ndarray, Y_batch: np.ndarray):
        outputs = self.model.forward(X_batch)
        self.model.backward(X_batch, outputs, Y_batch)
        self.model.w -= self.learning_rate * self.model.grad
        return cross_entropy_loss(Y_batch, outputs)

    def validation_step(self):
        val_outputs = self.model.forward(self.X_val)
        loss = cross_entropy_loss(self.Y_val, val_outputs)
        accuracy_train = calculate_accuracy(self.X_train, self.Y_train, self.model)
        accuracy_val = calculate_accuracy(self.X_val, self.Y_val, self.model)
        return loss, accuracy_train, accuracy_val


def main():
    num_epochs = 500
    learning_rate = 0.05
    batch_size = 128
    X_train, Y_train, X_val, Y_val = utils.load_binary_dataset(2, 3)
    X_train = pre_process_images(X_train)
    X_val = pre_process_images(X_val)
    for shuffle_dataset in [False, True]:
        model = BinaryModel()
        trainer = LogisticTrainer(
            model, learning_rate, batch_size, shuffle_dataset, X_train, Y_train, X_val, Y_val,
        )
        train_history, val_history = trainer.train(num_epochs)
        print("Final validation loss:", cross_entropy_loss(Y_val, model.forward(X_val)))
        plt.ylim([0.0, 0.3])
        utils.plot_loss(train_history["loss"], "Training loss")
        utils.plot_loss(val_history["loss"], "Validation loss")
        plt.legend()
        plt.savefig(f"task2_shuffle_{shuffle_dataset}.png")
        plt.show()


print('training ...')
main()
