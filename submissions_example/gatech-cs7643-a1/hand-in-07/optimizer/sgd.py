from ._base_optimizer import _BaseOptimizer


class SGD(_BaseOptimizer):
    def update(self, model):
        """W = W - learning rate * dW"""
        self.apply_regularization(model)
        if 'W1' in model.gradients:
            model.weights['W1'] = model.weights['W1'] - self.learning_rate * model.gradients['W1']
        if 'W2' in model.gradients:
            model.weights['W2'] = model.weights['W2'] - self.learning_rate * model.gradients['W2']
