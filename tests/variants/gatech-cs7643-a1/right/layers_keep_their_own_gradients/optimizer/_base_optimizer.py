class _BaseOptimizer:
    def __init__(self, learning_rate=1e-4, reg=1e-3):
        self.learning_rate = learning_rate
        self.reg = reg

    def update(self, model):
        raise NotImplementedError

    def apply_regularization(self, model):
        for layer in model._linear:
            layer.dW += self.reg * layer.W
