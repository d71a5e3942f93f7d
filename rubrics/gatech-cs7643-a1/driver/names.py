"""What this course asks for, and the names that hand-ins give it."""

from __future__ import annotations

from grader.worker.handin import Part

__all__ = [
    "ASKED_FOR",
    "BACKWARD",
    "EVALUATION",
    "FORWARD",
    "HELPERS",
    "INITIAL",
    "PARTS",
    "PENALTY",
    "UPDATE",
]

PARTS = {
    "base": Part(
        "class",
        ("_baseNetwork", "BaseNet", "BaseModel", "BaseNN", "BaseClassifier"),
        ("_base_network", "_baseNetwork", "base"),
        methods=("softmax", "cross_entropy_loss", "compute_accuracy"),
    ),
    "softmax-regression": Part(
        "class",
        ("SoftmaxRegression", "SoftmaxReg", "SoftmaxClassifier", "SoftmaxModel", "SoftmaxNet", "Softmax"),
        ("softmax_regression", "softmax"),
        methods=("forward",),
    ),
    "two-layer": Part(
        "class",
        ("TwoLayerNet", "TwoLayerNN", "TwoLayerNeuralNet", "TwoLayerNeuralNetwork", "TwoLayerMLP", "TwoLayer", "MLP"),
        ("two_layer_nn", "two_layer_net", "two_layer"),
        methods=("forward",),
    ),
    "optimizer": Part(
        "class",
        ("SGD", "StochasticGradientDescent", "GradientDescent"),
        ("sgd", "gradient_descent"),
        methods=("update", "step"),
    ),
    "utils": Part(
        "function",
        (
            "generate_batched_data",
            "generate_batches",
            "get_batched_data",
            "batch_data",
            "make_batches",
            "create_batches",
        ),
        ("utils",),
    ),
}

HELPERS = {
    "softmax": ("softmax", "stable_softmax", "_softmax", "soft_max", "compute_softmax", "softmax_function"),
    "cross_entropy": (
        "cross_entropy_loss",
        "cross_entropy",
        "crossentropyloss",
        "ce_loss",
        "compute_loss",
        "compute_cross_entropy_loss",
        "cross_entropy_error",
        "categorical_cross_entropy",
        "nll_loss",
        "loss",
    ),
    "accuracy": (
        "compute_accuracy",
        "accuracy",
        "get_accuracy",
        "calculate_accuracy",
        "calc_accuracy",
        "compute_acc",
        "acc",
    ),
    "sigmoid": ("sigmoid", "_sigmoid", "sigmoid_function", "logistic"),
    "sigmoid_derivative": (
        "sigmoid_dev",
        "sigmoid_derivative",
        "sigmoid_grad",
        "sigmoid_gradient",
        "sigmoid_prime",
        "sigmoid_deriv",
        "sigmoid_der",
        "d_sigmoid",
        "dsigmoid",
        "sigmoid_backward",
        "grad_sigmoid",
        "derivative_sigmoid",
    ),
    "relu": ("ReLU", "_relu", "relu_function"),
    "relu_derivative": (
        "ReLU_dev",
        "relu_derivative",
        "relu_grad",
        "relu_gradient",
        "relu_prime",
        "relu_deriv",
        "relu_der",
        "d_relu",
        "drelu",
        "relu_backward",
        "grad_relu",
        "derivative_relu",
    ),
}
FORWARD = ("forward", "forward_pass", "_forward", "feed_forward", "forward_propagation", "__call__")
BACKWARD = (
    "backward",
    "backward_pass",
    "_backward",
    "backprop",
    "back_propagation",
    "backward_propagation",
    "compute_gradients",
)
ASKED_FOR = ("gradients", "grads")  # where these are properties, they may go back themselves
UPDATE = (
    "update",
    "step",
    "update_weights",
    "update_params",
    "update_parameters",
    "apply_gradients",
    "optimize",
    "__call__",
)
PENALTY = (
    "apply_regularization",
    "apply_L2_regularization",
    "apply_reg",
    "regularize",
    "regularization",
    "add_regularization",
    "apply_regularisation",
    "l2_regularization",
    "apply_l2",
    "apply_weight_decay",
    "weight_decay",
)
INITIAL = (
    "_weight_init",
    "weight_init",
    "init_weights",
    "initialize_weights",
    "_init_weights",
    "initialize",
    "reset_parameters",
)

EVALUATION = "valid"  # what the course's own `evaluate` passes
