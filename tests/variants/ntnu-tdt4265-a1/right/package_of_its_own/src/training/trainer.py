import logging
from collections import defaultdict
from ..data import batch_loader
from .early_stopping import EarlyStopping
logging.basicConfig(filename="train.log", level=logging.INFO)
log = logging.getLogger(__name__)

class BaseTrainer:
    loss_fn = None
    accuracy_fn = None
    def __init__(self, model, learning_rate, batch_size, shuffle_dataset, X_train, Y_train, X_val, Y_val):
        self.model, self.learning_rate, self.batch_size, self.shuffle_dataset = model, learning_rate, batch_size, shuffle_dataset
        self.train_set = (X_train, Y_train)
        self.val_set = (X_val, Y_val)
        self.stopper = EarlyStopping()

    def train_step(self, X_batch, Y_batch):
        outputs = self.model(X_batch)
        self.model.backward(X_batch, outputs, Y_batch)
        self.model.w = self.model.w - self.learning_rate * self.model.grad
        self.model.zero_grad()
        return type(self).loss_fn(Y_batch, outputs)

    def validation_step(self):
        X, Y = self.val_set
        return (type(self).loss_fn(Y, self.model(X)), type(self).accuracy_fn(*self.train_set, self.model), type(self).accuracy_fn(X, Y, self.model))

    def train(self, num_epochs):
        train_history, val_history = defaultdict(dict), defaultdict(dict)
        per_epoch = len(self.train_set[0]) // self.batch_size
        step = 0
        for epoch in range(1, num_epochs + 1):
            for X, Y in batch_loader(*self.train_set, self.batch_size, shuffle=self.shuffle_dataset):
                train_history["loss"][step] = self.train_step(X, Y)
                if step % max(per_epoch // 5, 1) == 0:
                    loss, acc, vacc = self.validation_step()
                    train_history["accuracy"][step] = acc
                    val_history["loss"][step] = loss
                    val_history["accuracy"][step] = vacc
                    if self.stopper(loss):
                        log.info("early stop, epoch %d", epoch)
                        return train_history, val_history
                step += 1
        return train_history, val_history
