from dataclasses import dataclass
@dataclass(slots=True, kw_only=True)
class _BaseOptimizer:
    learning_rate: float = 1e-4
    reg: float = 1e-3
    def update(self, model):
        raise NotImplementedError
    def apply_regularization(self, model):
        for name, g in model.gradients.items():
            if name.startswith("W"):
                g += self.reg * model.weights[name]
