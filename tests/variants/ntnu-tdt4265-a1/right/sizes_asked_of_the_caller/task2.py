import numpy as np
import matplotlib.pyplot as plt
import utils
from task2a import cross_entropy_loss, BinaryModel, pre_process_images
from trainer import BaseTrainer
np.random.seed(0)

def calculate_accuracy(X: np.ndarray, targets: np.ndarray, model: BinaryModel) -> float:
    outputs = model.forward(X)
    predictions = (outputs >= 0.5).astype(int)
    accuracy = np.mean(predictions == targets)
    return accuracy

class LogisticTrainer(BaseTrainer):

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
    num_epochs = 500
    learning_rate = 0.05
    batch_size = 128
    X_train, Y_train, X_val, Y_val = utils.load_binary_dataset(2, 3)
    X_train = pre_process_images(X_train)
    X_val = pre_process_images(X_val)
    model = BinaryModel(X_train.shape[1])
    trainer = LogisticTrainer(model, learning_rate, batch_size, False, X_train, Y_train, X_val, Y_val)
    train_history, val_history = trainer.train(num_epochs)
    plt.ylim([0., .2])
    utils.plot_loss(train_history["loss"], "Training Loss")
    utils.plot_loss(val_history["loss"], "Validation Loss")
    plt.savefig("task2b_binary_train_loss.png")
    plt.show()

if __name__ == "__main__":
    main()
