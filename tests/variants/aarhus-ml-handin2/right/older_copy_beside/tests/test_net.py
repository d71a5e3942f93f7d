from net_classifier import NetClassifier

def test():
    assert NetClassifier()
