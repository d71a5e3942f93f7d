"""How hand-ins of the Aarhus machine learning course, hand-in 2, are called, whatever they call and keep.

N is the number of rows in a batch, D of inputs, H of hidden units, C of classes. Inside the grader parameters are
always W1 (D, H), b1 (H,), W2 (H, C), b2 (C,); a hand-in keeps its biases as rows (1, H) and (1, C). The model "net" is
the network without weight decay, "net-with-decay" the same with it.
"""

from __future__ import annotations

from grader.worker.handin import HandIn

from .batches import Batches
from .costs import Costs
from .experiments import Experiments
from .fits import Fits
from .helpers import Helpers
from .instead import Instead
from .layouts import Layouts
from .models import Models
from .parts import Parts
from .predictions import Predictions
from .runs import Runs


class Driver:
    """The vocabulary of all checks, spoken to one hand-in: what each word means stands where it is made."""

    def __init__(self, handin: HandIn) -> None:
        self.handin = handin
        self.parts = Parts(handin)
        layouts = Layouts(self.parts)
        models = Models(self.parts, layouts)
        costs = Costs(self.parts, layouts)
        predictions = Predictions(self.parts)
        instead = Instead(self.parts, layouts, costs)
        fits = Fits(self.parts, layouts, models, costs, predictions, instead)
        batches = Batches(self.parts, layouts, fits)
        runs = Runs(self.parts, layouts, models, costs, predictions, fits, batches)
        experiments = Experiments(self.parts, layouts, costs, predictions, fits)
        helpers = Helpers(self.parts, costs)

        self.describe = self.parts.describe
        self.imported = self.parts.imported
        self.build = models.build
        self.parameters = models.parameters
        self.assign = models.assign
        self.give_gradients = models.give_gradients
        self.evaluate = costs.evaluate
        self.penalty = costs.penalty
        self.penalty_of_cost = costs.penalty_of_cost
        self.predict = predictions.predict
        self.score = predictions.score
        self.optimizer = fits.optimizer
        self.update = fits.update
        self.batches = batches.batches
        self.distance_after_several_epochs = runs.distance_after_several_epochs
        self.epochs_from_the_best = runs.epochs_from_the_best
        self.history = runs.history
        self.change_of_initial_parameters = runs.change_of_initial_parameters
        self.predict_kept = runs.predict_kept
        self.train = experiments.train
        self.experiment = experiments.experiment
        self.relu = helpers.relu
        self.softmax = helpers.softmax
        self.one_hot = helpers.one_hot
