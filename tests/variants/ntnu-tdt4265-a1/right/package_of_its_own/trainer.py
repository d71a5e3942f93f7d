from src.training import BaseTrainer
