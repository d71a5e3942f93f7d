from src.neural.net import NetClassifier

if __name__ == "__main__":
    print(NetClassifier())
