from dataclasses import dataclass
from ._base_optimizer import _BaseOptimizer
@dataclass(slots=True, kw_only=True)
class SGD(_BaseOptimizer):
    def update(self, model):
        self.apply_regularization(model)
        for name in model.weights:
            model.weights[name] -= self.learning_rate * model.gradients[name]
