"""What the assignment asks for, and the names that hand-ins have for it and for its arguments."""

from __future__ import annotations

from grader.worker.handin import Part

BINARY_FILES, SOFTMAX_FILES = ("task2a", "task2"), ("task3a", "task3")
LOSSES = ("cross_entropy_loss", "cross_entropy", "crossentropy_loss", "ce_loss", "loss_function", "compute_loss")
OF_TASK = {"binary": r"bin(ary)?(?!s)|logistic|bce", "softmax": r"softmax|multi|categorical|cce"}
ACCURACIES = ("calculate_accuracy", "compute_accuracy", "accuracy", "calc_accuracy", "get_accuracy")

PARTS = {
    "pre-processing": Part(
        "function",
        ("pre_process_images", "preprocess_images", "pre_process", "preprocess", "normalize_images"),
        (*BINARY_FILES, "utils"),
    ),
    "binary-loss": Part("function", LOSSES, BINARY_FILES),
    "binary": Part(
        "class", ("BinaryModel", "LogisticModel", "LogisticRegression"), BINARY_FILES, methods=("forward", "backward")
    ),
    "binary-accuracy": Part("function", ACCURACIES, ("task2", "task2a")),
    "logistic-trainer": Part("class", ("LogisticTrainer", "BinaryTrainer"), ("task2",), strict=True),
    "one-hot": Part(
        "function", ("one_hot_encode", "one_hot", "onehot_encode", "to_one_hot"), (*SOFTMAX_FILES, "utils")
    ),
    "softmax-loss": Part("function", LOSSES, SOFTMAX_FILES),
    "softmax": Part("class", ("SoftmaxModel", "SoftmaxRegression"), SOFTMAX_FILES, methods=("forward", "backward")),
    "softmax-accuracy": Part("function", ACCURACIES, ("task3", "task3a")),
    "softmax-trainer": Part("class", ("SoftmaxTrainer",), ("task3",), strict=True),
    "batches": Part(
        "function", ("batch_loader", "batchloader", "get_batches", "batch_generator", "data_loader"), ("utils",)
    ),
}
HELPERS = {"binary_cross_entropy": "binary-loss", "softmax_cross_entropy": "softmax-loss"}

FORWARD = ("forward", "forward_pass", "predict", "__call__")
BACKWARD = ("backward", "backward_pass", "backprop")
FORGET = ("zero_grad", "zero_gradients", "reset_grad")
STEP = ("train_step", "training_step", "step")
TRAIN = ("train", "fit", "run")
WEIGHTS = ("w", "weights", "W", "theta", "weight", "params")
GRADIENTS = ("grad", "gradient", "dw", "gradients", "grads", "w_grad", "dW")

IMAGES = r"x|xs|data|inputs?|images?|x(_|)?batch|batchx|xtrain|xval"
TARGETS = r"y|ys|targets?|labels?|t|ytrue|ybatch|batchy|ytrain|onehot|truth"
OUTPUTS = r"outputs?|yhat|ypred|preds?|predictions?|logits?|probs?|probabilities|p|out|scores?"
INPUTS = r".*(features?|inputs?|pixels?|dims?|columns?)|nin|insize|size|shape|i|d"
CLASSES = r".*(class(es)?|outputs?)|nout|outsize|c|k|o"
NETWORK = r"model|net|network|m"
RATE = r"learningrate|lr|eta|alpha|stepsize"
BATCH = r"batchsize|size|bs|n|batch"
PENALTY_RATE = (
    r"l2(reg(ularization)?(lambda|strength)?|lambda)?|la?m(b?da|bd)?|reg(ularization)?(lambda|strength)?|weightdecay"
    r"|wd|l|λ"
)
DATA = ("X_train", "X_val", "X_test")  # of which a model may ask how many columns they have
PAIR = (2, 3)  # the digits of the binary task; the first is the positive class
BINARY = frozenset({"binary", "logistic-weights"})  # models with one output
REAL = {"logistic-weights": "binary", "softmax-weights": "softmax"}
TRAINED_BY = {"binary": "logistic-trainer", "softmax": "softmax-trainer"}
