"""How students call the usual things: patterns for the whole name of a parameter, as it sounds (`spelled`).

    Offer(X, ROWS, "X")
    Offer(0.1, RATE, "learning_rate")

They suit most courses; a course in which one letter means something else has a pattern of its own in its driver.
"""

from __future__ import annotations

__all__ = [
    "BATCH_SIZE",
    "CLASSES",
    "EPOCHS",
    "GRADIENTS",
    "GUESSES",
    "HIDDEN",
    "INPUTS",
    "LABELS",
    "MODE",
    "MOMENTUM",
    "NETWORK",
    "PENALTY_RATE",
    "RATE",
    "ROWS",
    "SEED",
    "SHUFFLE",
    "TRAINING",
    "WEIGHTS",
]

# sizes
_COUNT = r"(n|num|number)?(of)?"
_WIDTH = r"(size|dims?|shape|features?|nodes|units|neurons|layer|channels)?"
INPUTS = rf"{_COUNT}(in(put)?s?{_WIDTH}|features?)|d|dim|dimin|sizein|xdim"
HIDDEN = r".*hid.*|h|nh|m"
CLASSES = rf"{_COUNT}(class(es)?|labels?|categories|out(put)?s?){_WIDTH}|c|k"

# batches
ROWS = r"x|xs|data|inputs?|images?|features?|xbatch|xtrain|batch|imgs?"
LABELS = r"y|ys|labels?|targets?|ytrue|t|gt|groundtruth|ybatch|ytrain|truelabels?|yi?"
GUESSES = r"xpred|ypred|yhat|p|ps|probs?|probabilit(y|ies)|preds?|predictions?|outputs?|out|scores?|softmax|a2|yprobs?"
BATCH_SIZE = r"(batch)?size|batchsize|bs|n|b|batch"
SHUFFLE = r".*shuffle.*"
SEED = r"(random|rng)?seed|randomstate"

# training
MODE = r"mode|phase|state|split"
TRAINING = r"(is)?train(ing)?(mode)?|trainmode"
EPOCHS = r"(n|num|max|number(of)?)?(epochs?|iter(ation)?s?)"
RATE = r"learningrate|lr|eta|alpha|stepsize|rate"
PENALTY_RATE = (
    r"reg(ulari[sz]ation)?(strength|coeff?(icient)?|rate|param(eter)?)?|la?m(b?da|bd)?|l2(reg|lambda)?|weightdecay|wd"
)
MOMENTUM = r"momentum|mu|beta"

# what is trained
NETWORK = r"(model|net|network|nn)"
WEIGHTS = r"weights?|params?|parameters?|w|ws"
GRADIENTS = r"grad(ient)?s?|dw|dws"
