"""How hand-ins of NTNU TDT4265, assignment 1 are called, whatever they call and wherever they keep things.

N is the number of rows in a batch, D of inputs, C of classes. Inside the grader the parameters are W1 (D, C) and b1
(C,), of the binary model (D, 1) and (1,). A hand-in keeps both in one matrix `w` of D + 1 rows, for inputs that its
own pre-processing has given a column of ones.
"""

from __future__ import annotations

from grader.worker.calling import Array
from grader.worker.handin import HandIn

from .batches import Batches
from .calls import Calls
from .experiments import Experiments
from .held import Model
from .helpers import Helpers
from .images import Images
from .loops import Loops
from .models import Models
from .parts import Parts
from .stopping import Stopping
from .trainers import Optimizer, Trainers


class Driver:
    """The vocabulary of all checks, spoken to one hand-in: what each word means stands where it is made."""

    def __init__(self, handin: HandIn) -> None:
        self.handin = handin
        parts, calls = Parts(handin), Calls(handin)
        images = Images(parts, calls)
        models = Models(parts, calls, images)
        loops = Loops(parts, calls, models)
        trainers, batches = Trainers(parts, calls, models, loops), Batches(parts, calls, loops)
        helpers, stopping = Helpers(parts, calls, models), Stopping(parts, calls, models, trainers)

        self.describe, self.imported = parts.describe, parts.imported
        self.pre_process = images.pre_process

        self.build, self.fresh_shape = models.build, models.fresh_shape
        self.parameters, self.assign = models.parameters, models.assign
        self.evaluate, self.regularization = models.evaluate, trainers.regularization
        self.outputs, self.probabilities = models.outputs, models.probabilities
        self.replace = models.replace

        self.binary_cross_entropy, self.softmax_cross_entropy = (
            helpers.binary_cross_entropy,
            helpers.softmax_cross_entropy,
        )
        self.binary_accuracy, self.softmax_accuracy = helpers.binary_accuracy, helpers.softmax_accuracy
        self.one_hot = helpers.one_hot

        self.update, self.stepper, self.step_loss = trainers.update, trainers.stepper, trainers.step_loss
        self.batches = batches.of_an_epoch
        self.early_stopping, self.history = stopping.early_stopping, stopping.history
        self.experiment = Experiments(parts, images, models, trainers, batches).experiment

    def optimizer(self, name: str, settings: dict[str, float]) -> Optimizer:
        """The settings with which the hand-in's trainers are built."""
        return Optimizer(settings)

    def give_gradients(self, model: Model, gradients: dict[str, Array]) -> None:
        """Have the next step find these gradients, as if the model's own backward pass had computed them."""
        model.given = model.form.kept(gradients["W1"], gradients["b1"])
