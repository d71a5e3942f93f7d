"""Networks of the hand-in with parameters that are set."""

from __future__ import annotations

import numpy as np

from grader.worker.calling import Array

from .forms import shapes_of
from .layouts import Layouts
from .names import DECAY
from .nouns import Model
from .parts import Parts


class Models:
    """Networks of the hand-in with parameters that are set."""

    def __init__(self, parts: Parts, layouts: Layouts) -> None:
        self._parts, self._layouts = parts, layouts

    def build(self, model: str, sizes: dict[str, int]) -> Model:
        """A network of the hand-in, with parameters of zero until others are assigned."""
        made = Model(self._parts.network(sizes), dict(sizes), DECAY[model])
        self.assign(made, {name: np.zeros(shape) for name, shape in shapes_of(sizes).items()})
        return made

    def parameters(self, model: Model) -> dict[str, Array]:
        """Copies of the parameters by their canonical names."""
        return self._layouts.canonical(model.params, model.sizes)

    def assign(self, model: Model, parameters: dict[str, Array]) -> None:
        """Set the parameters."""
        model.params = self._layouts.own(parameters)

    def give_gradients(self, model: Model, gradients: dict[str, Array]) -> None:
        """Have the next update go by these gradients, as if the hand-in's own backward pass had computed them."""
        model.given, model.batch = {name: np.array(value) for name, value in gradients.items()}, None
