from urllib import request
import gzip, pickle
def load():
    with open("mnist.pkl", "rb") as f:
        m = pickle.load(f)
    return m["training_images"], m["training_labels"], m["test_images"], m["test_labels"]
