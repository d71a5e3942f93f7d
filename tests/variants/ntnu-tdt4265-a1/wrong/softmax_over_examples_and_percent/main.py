import argparse
import matplotlib.pyplot as plt
from src.models import BinaryModel, SoftmaxModel
from src.training import LogisticTrainer, SoftmaxTrainer
from src.data import *

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=50)
parser.add_argument("--task", choices=["2", "3", "4"], required=True)
args = parser.parse_args()
