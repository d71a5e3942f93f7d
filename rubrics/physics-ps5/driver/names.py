"""What the course asks for, the names it goes by, and the names that arguments have."""

from __future__ import annotations

from grader.worker.handin import Part
from grader.worker.naming import RATE

HIDDEN, WEIGHTS = 7, 29
BLOCKS = {"w1..7": 7, "w8..14": 7, "w15..21": 7, "w22": 1, "w23..29": 7}
FORWARD, BACKWARD = "forward-pass", "backward-propagation"
PARTS = {
    FORWARD: Part(
        "function",
        ("forward_pass", "forward_propagation", "feed_forward", "forward_prop", "forward", "propagate_forward"),
    ),
    BACKWARD: Part(
        "function",
        ("backward_propagation", "back_propagation", "backprop", "backward_pass", "backpropagate", "backward"),
    ),
    "loss": Part(
        "function",
        (
            *("loss", "loss_function", "compute_loss", "calculate_loss", "calc_loss", "get_loss", "squared_error"),
            *("error", "compute_error", "error_function", "sum_squared_error", "sse", "sse_loss", "squared_loss"),
            *(
                "total_error",
                "total_loss",
                "half_squared_error",
                "loss_fn",
                "loss_func",
                "calculate_error",
            ),
            *("cost", "cost_function", "compute_cost", "mse", "mse_loss", "energy", "E"),
        ),
        strict=True,
        does="gives the loss",
    ),
    "standardise": Part(
        "function",
        (
            *("standardise", "standardize", "standardise_data", "standardize_data", "standardise_inputs", "scale"),
            *("normalise", "normalize", "normalise_data", "normalize_data", "zscore", "rescale", "scale_data"),
        ),
        strict=True,
        does="standardises the inputs",
    ),
    "split": Part(
        "function",
        (
            *("split", "split_data", "train_test_split", "data_split", "split_train_test", "make_split"),
            *("train_and_test", "divide", "holdout", "partition", "split_dataset"),
        ),
        strict=True,
        does="splits the points into a training and a test set",
    ),
    "prepare": Part(
        "function",
        (
            *("prepare", "prepare_data", "preprocess", "preprocess_data", "preprocessing", "get_data", "process_data"),
            *("load_and_prepare", "make_data", "prepare_inputs"),
        ),
        strict=True,
        does="prepares the data",
    ),
    "train": Part(
        "function",
        (
            *("train", "train_network", "training", "training_loop", "train_model", "train_nn", "train_net", "fit"),
            *("run_training", "gradient_descent", "learn", "optimise", "optimize"),
        ),
        strict=True,
        does="trains the network",
    ),
    "plane": Part(
        "function",
        (
            *("plane", "prediction_map", "predict_plane", "map_over_plane", "predict_map", "contour_map", "plane_map"),
            *("grid", "predict_grid", "prediction_grid", "make_grid", "decision_map", "map_plane", "decision_boundary"),
            *("plot_map", "plot_contour", "evaluate_grid", "make_map", "contour", "map_prediction"),
            *("heat_map", "plot_decision_boundary", "contour_plot", "plot_plane", "plot_predictions", "draw_map"),
        ),
        strict=True,
        does="gives the prediction over the plane",
    ),
}
LOADER = Part(
    "function",
    (
        *("load_data", "read_data", "load_dataset", "get_dataset", "read_dataset", "import_data", "load_csv"),
        *("read_csv", "load", "read", "data", "setup_data", "create_data", "init_data", "load_and_split", "read_file"),
    ),
    strict=True,
)
_SPLIT_PART = r"(train(ing)?|tr|trn)?"
INPUTS = (
    rf"xs?|x{_SPLIT_PART}|{_SPLIT_PART}x|{_SPLIT_PART}(inputs?|data|features?|points)|inputs?{_SPLIT_PART}"
    r"|arr(ay)?|a|v(alues)?"
)
FIRST, SECOND = (rf"{_SPLIT_PART}x{number}{_SPLIT_PART}" for number in "12")  # inputs in two arrays
TARGETS = rf"y{_SPLIT_PART}|{_SPLIT_PART}y|ys|t|ts|targets?|labels?|class(es|ification)?|ytrue|truth|yactual|d"
HELD_INPUTS = r"x(test|te|val(id(ation)?)?)|(test|val(id(ation)?)?)(x|inputs?|data)"
HELD_TARGETS = r"y(test|te|val(id(ation)?)?)|(test|val(id(ation)?)?)(y|targets?|labels?)"
PREDICTION = r"yp(red(iction)?)?|yhat|pred(iction)?s?|o(ut(put)?s?)?|p|haty|ypredicted"
VECTOR = r"w|ws|weights?|winit(ial)?|w0|initialweights?|params?|theta|wold|startw"
ACTIVATIONS = r"beta(h|s)?|h|hidden(layer|activations?)?|activations?|hs|betahidden|z|ah?"
ROWS = r"n|rows|nrows|nsamples|ndata|npoints|count|size|num(ber)?(of)?(rows|points|samples)?"
MEAN = r"(x)?(mean|mu|avg|average|m)s?(x|train|xtrain)?|(train)mean"
DEVIATION = r"(x)?(std|sigma|deviation|sd|s|dev|scale)s?(x|train|xtrain)?|(train)std"
FINENESS = r"(n|num)?(steps|points|grid|resolution|res|size|cells)|n|fineness"
PATH = r"path|file|filename|fname|csv|csvfile|datapath|filepath"
FORWARD_ROLES = {"x1": FIRST, "x2": SECOND, "x": INPUTS, "w": VECTOR, "rows": ROWS, "units": r".*hidden.*"}
BACKWARD_ROLES = {"x1": FIRST, "x2": SECOND, "x": INPUTS, "y": TARGETS, "prediction": PREDICTION, "w": VECTOR} | {
    "hidden": ACTIVATIONS,
    "eta": RATE,
    "rows": ROWS,
}
OF_CLASS = (FORWARD, BACKWARD, "loss", "train", "standardise", "split", "plane")  # what may be methods of a class
UPDATE = ("update", "step", "update_weights", "update_params", "apply_gradients", "gradient_descent_step", "optimize")
KEYS = [f"w{number}" for number in range(1, WEIGHTS + 1)]
