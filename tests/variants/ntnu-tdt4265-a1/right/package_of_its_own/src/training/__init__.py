from .trainer import BaseTrainer
from .early_stopping import EarlyStopping
