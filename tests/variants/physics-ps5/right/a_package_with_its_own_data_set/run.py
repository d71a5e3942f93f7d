import numpy as np
from src.dataset import PointCloud
from src.training import fit
from src.plots import contour
from src import config
cloud = PointCloud()
w0 = np.random.default_rng(config.SEED).standard_normal(29)
w, curve = fit(cloud.train, cloud.test, w0)
contour(w, cloud)
