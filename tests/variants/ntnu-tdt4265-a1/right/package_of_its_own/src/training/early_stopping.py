from dataclasses import dataclass, field
import math
@dataclass
class EarlyStopping:
    patience: int = 10
    min_delta: float = 0.0
    best: float = field(default=math.inf, init=False)
    counter: int = field(default=0, init=False)
    def __call__(self, loss: float) -> bool:
        if loss < self.best - self.min_delta:
            self.best, self.counter = loss, 0
        else:
            self.counter += 1
        return self.counter >= self.patience
