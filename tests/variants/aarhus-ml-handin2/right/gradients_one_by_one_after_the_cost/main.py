from model import NetClassifier, get_init_params
import argparse
from sklearn.datasets import fetch_openml
ap = argparse.ArgumentParser()
ap.add_argument("data")
args = ap.parse_args()
X, y = fetch_openml("mnist_784", return_X_y=True)
NetClassifier().fit(X[:50000], y[:50000], X[50000:60000], y[50000:60000])
