class _BaseOptimizer:
    def __init__(self, learning_rate=1e-4, reg=1e-3):
        self.lr, self.reg = learning_rate, reg

    def update(self, model):
        pass

    def apply_regularization(self, model):
        grads = model.gradients
        for k in grads:
            if not k.startswith('b'):
                grads[k] += self.reg * model.weights[k]
        return grads
