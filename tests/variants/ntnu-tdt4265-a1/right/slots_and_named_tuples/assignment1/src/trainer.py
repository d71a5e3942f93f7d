from . import utils


class BaseTrainer:
    def __init__(self, model, learning_rate, batch_size, shuffle_dataset, X_train, Y_train, X_val, Y_val):
        self.__dict__.update(locals())
        del self.__dict__["self"]
        self.loader = utils.batch_loader(X_train, Y_train, batch_size, shuffle_dataset)

    def evaluate(self, X, Y):
        p = self.model(X)
        return self.loss(Y, p), self.accuracy(X, Y, self.model)

    def train_step(self, X_batch, Y_batch):
        p = self.model(X_batch)
        self.model.zero_grad()
        g = self.model.backward(X_batch, p, Y_batch)
        self.model.w = self.model.w - self.learning_rate * g
        return self.loss(Y_batch, p)

    def train(self, num_epochs):
        train_history, val_history = utils.History({}, {}), utils.History({}, {})
        every = max(1, len(self.loader) // 5)
        best_step, best_loss, checks_since = 0, None, 0
        steps = ((e, *b) for e in range(num_epochs) for b in self.loader)
        for step, (epoch, X_batch, Y_batch) in enumerate(steps):
            train_history.loss[step] = self.train_step(X_batch, Y_batch)
            if step % every:
                continue
            _, train_history.accuracy[step] = self.evaluate(self.X_train, self.Y_train)
            val_history.loss[step], val_history.accuracy[step] = self.evaluate(self.X_val, self.Y_val)
            if best_loss is None or val_history.loss[step] < best_loss:
                best_step, best_loss, checks_since = step, val_history.loss[step], 0
                continue
            checks_since += 1
            if checks_since >= 10:
                break
        return train_history, val_history
