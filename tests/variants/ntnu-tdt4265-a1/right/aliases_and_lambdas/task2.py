import numpy as np
import utils
from task2a import cross_entropy_loss, BinaryModel, pre_process_images
from trainer import BaseTrainer
calculate_accuracy = lambda X, targets, model: np.mean((model.forward(X) > 0.5) == (targets > 0.5))

class LogisticTrainer(BaseTrainer):
    loss_function = staticmethod(cross_entropy_loss)
    accuracy_function = staticmethod(calculate_accuracy)

    def train_step(self, X_batch, Y_batch):
        out = self.model.forward(X_batch)
        self.model.zero_grad()
        self.model.backward(X_batch, out, Y_batch)
        self.model.update(self.learning_rate)
        return self.loss_function(Y_batch, out)

    def validation_step(self):
        return (self.loss_function(self.Y_val, self.model.forward(self.X_val)),
                self.accuracy_function(self.X_train, self.Y_train, self.model),
                self.accuracy_function(self.X_val, self.Y_val, self.model))

if __name__ == "__main__":
    input("Press enter to start")
    X_train, Y_train, X_val, Y_val = utils.load_binary_dataset(2, 3)
    sys.exit(0)
