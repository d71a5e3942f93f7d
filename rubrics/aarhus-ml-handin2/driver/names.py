"""How hand-ins of this course spell what they have, the likeliest first."""

from __future__ import annotations

from grader.worker.handin import Part

NET = Part(
    "class",
    (
        "NetClassifier",
        "NeuralNetClassifier",
        "NetworkClassifier",
        "NeuralNetworkClassifier",
        "NNClassifier",
        "NeuralNetwork",
        "NeuralNet",
        "MLPClassifier",
    ),
    ("net_classifier", "net", "neural_net", "classifier"),
    methods=("cost_grad", "fit"),
)
METHODS = {
    "cost-grad": ("cost_grad", "cost_gradient", "cost_and_grad", "cost_and_gradient", "loss_grad", "loss_and_grad"),
    "fit": ("fit", "train"),
    "predict": ("predict", "predict_labels", "predict_classes"),
    "score": ("score", "accuracy", "compute_accuracy", "get_score"),
}
HELPERS = {
    "relu": ("relu", "ReLU", "_relu", "relu_function"),
    "softmax": ("softmax", "_softmax", "stable_softmax", "soft_max", "softmax_function"),
    "one_hot": (
        "one_in_k_encoding",
        "one_hot",
        "onehot",
        "one_hot_encode",
        "one_hot_encoding",
        "to_one_hot",
        "one_in_k",
    ),
    "initial": ("get_init_params", "init_params", "initialize_params", "get_initial_params", "initial_params"),
}
DECAY = {"net": 0.0, "net-with-decay": 0.3}
NAMES = ("W1", "b1", "W2", "b2")
INPUTS = r"(n_?)?(in(put)?s?(dim|size|shape)?|features?)|d|dim|dimin|sizein"
HIDDEN = r".*hid.*|h|nh|m"
CLASSES = r"(n_?|num)?(out(put)?s?(dim|size|shape)?|class(es)?|labels?)|c|k"
_TRAIN, _VAL = r"(train(ing)?|tr)", r"(val(id(ation)?)?|dev|test|te|v)"
ROWS = r"x|xs|data|inputs?|images?|xbatch|batch|xb"
LABELS = r"y|ys|labels?|targets?|t|ytrue|ybatch|yb"
X_TRAIN, Y_TRAIN = rf"x{_TRAIN}|{_TRAIN}(x|data|images)|{ROWS}", rf"y{_TRAIN}|{_TRAIN}(y|labels)|{LABELS}"
X_VAL, Y_VAL = rf"x{_VAL}|{_VAL}(x|data|images)", rf"y{_VAL}|{_VAL}(y|labels)"
PARAMS = r"(init(ial)?)?(params?|parameters|weights|theta|w|p)0?"
COEFFICIENT = (
    r"c|reg(ulari[sz]ation)?(strength|coeff?(icient)?|rate|param(eter)?)?|la?m(b?da|bd)?|(weight)?decay|wd|l2(reg)?"
)
BATCH = r"(mini)?(batch)?_?size|batch|bs|minibatch|n"
RATE = r"learningrate|lr|eta|alpha|stepsize|rate"
EPOCHS = r"(n|num|max|number(of)?)?(epochs?|iter(ation)?s?)"
