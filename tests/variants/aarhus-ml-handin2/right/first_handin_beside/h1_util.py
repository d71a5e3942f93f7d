import numpy as np
def numerical_grad_check(f, x, key):
    """ Numerical Gradient Checker """
    eps, h = 1e-5, 1e-6
    cost, grad = f(x)
    grad = grad[key]
    it = np.nditer(x, flags=['multi_index'])
    while not it.finished:
        dim = it.multi_index
        tmp = x[dim]
        x[dim] = tmp + h
        cplus, _ = f(x)
        x[dim] = tmp - h
        cminus, _ = f(x)
        x[dim] = tmp
        assert np.abs((cplus - cminus) / (2*h) - grad[dim]) < eps, 'bad gradient'
        it.iternext()
