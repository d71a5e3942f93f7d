class NetClassifier:
    def cost_grad(self, X, y, params, c=0.0):
        pass
    def fit(self, *args):
        pass
