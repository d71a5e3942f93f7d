from .model import NetClassifier, get_init_params
