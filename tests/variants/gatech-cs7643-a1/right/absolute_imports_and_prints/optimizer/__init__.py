from optimizer.sgd import SGD
