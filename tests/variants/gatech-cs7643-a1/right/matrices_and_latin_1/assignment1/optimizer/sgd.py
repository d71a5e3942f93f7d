from optimizer._base_optimizer import _BaseOptimizer
class SGD(_BaseOptimizer):
    def update(self, model):
        model = self.apply_regularization(model)
        for clave in model.gradients:
            model.weights[clave] = model.weights[clave] - self.learning_rate*model.gradients[clave]
        return model
