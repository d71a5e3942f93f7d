from dataclasses import dataclass, field, asdict
from typing import List


@dataclass
class History:
    train_loss: List[float] = field(default_factory=list)
    train_acc: List[float] = field(default_factory=list)
    val_loss: List[float] = field(default_factory=list)
    val_acc: List[float] = field(default_factory=list)

    def log(self, **kw):
        for k, v in kw.items():
            getattr(self, k).append(v)

    def __getitem__(self, key):
        return getattr(self, key)
