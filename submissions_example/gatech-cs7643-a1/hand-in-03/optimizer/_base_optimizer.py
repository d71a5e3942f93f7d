class _BaseOptimizer:

    def __init__(self, learning_rate=1e-4, reg=1e-3):
        self.learning_rate, self.reg = learning_rate, reg

    def update(self, model):
        pass

    def apply_regularization(self, model):
        # d/dW of reg/2 * W^2
        for layer in ('W1', 'W2'):
            if layer in model.weights:
                model.gradients[layer] += self.reg * model.weights[layer]
