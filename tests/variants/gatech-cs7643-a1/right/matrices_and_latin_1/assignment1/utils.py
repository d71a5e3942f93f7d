# Utilidades: división en lotes, tamaño
import numpy as np
def generate_batched_data(data, label, batch_size=32, shuffle=False, seed=None):
    "Devuelve los lotes (el último puede ser más pequeño)"
    X = np.asmatrix(data); Y = np.asmatrix(label).T
    T = np.hstack([X, Y])
    if shuffle:
        if seed is not None: np.random.seed(seed)
        np.random.shuffle(T)
    lotesX = []; lotesY = []
    i = 0
    while i < T.shape[0]:
        lote = T[i:i+batch_size]
        lotesX.append(np.array(lote[:, :-1])); lotesY.append(np.array(lote[:, -1]).ravel().astype(int))
        i = i + batch_size
    return lotesX, lotesY
