import argparse
import numpy as np
from utils import load_full_mnist
from task2a import cross_entropy_loss, BinaryModel, pre_process_images
from trainer import BaseTrainer
parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=500)
parser.add_argument("--lr", type=float, default=0.05)
parser.add_argument("--no-shuffle", action="store_true")
args = parser.parse_args()
def calculate_accuracy(X, targets, model):
    return float(np.mean((model(X) >= .5).astype(int) == targets))
class LogisticTrainer(BaseTrainer):
    loss_fn = cross_entropy_loss
    accuracy_fn = calculate_accuracy
def main():
    print(args)
if __name__ == "__main__":
    main()
