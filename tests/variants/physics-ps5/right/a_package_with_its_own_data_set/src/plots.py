import numpy as np
import matplotlib
matplotlib.use("TkAgg")
import matplotlib.pyplot as plt
from .model import forward_pass

def contour(w, cloud, n=150):
    lo, hi = cloud.x.min(0), cloud.x.max(0)
    a = np.linspace(lo[0], hi[0], n); b = np.linspace(lo[1], hi[1], n)
    A, B = np.meshgrid(a, b)
    Z = forward_pass(cloud.scale(np.array([A.ravel(), B.ravel()]).T), w)[1].reshape(A.shape)
    plt.contourf(A, B, Z)
    return A, B, Z
