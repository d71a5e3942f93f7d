"""The map over the plane: what its grid was standardised by."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.worker.calling import Array, Offer, takes
from grader.worker.handin import Unusable
from grader.worker.helpers import find_helpers, recording
from grader.worker.naming import NETWORK

from .maps import RIGHT_MAP, agree, grid_of, mirrored, told_by_place, wrong_ways
from .names import DEVIATION, FINENESS, FORWARD, INPUTS, MEAN, PARTS, TARGETS, VECTOR
from .parts import Parts
from .passes import Network, Passes
from .places import as_points
from .reading import leaves
from .script import Script
from .training import Training


class Plane:
    """The function that draws or gives the map, or the map of the script."""

    def __init__(self, parts: Parts, passes: Passes, training: Training) -> None:
        self._parts = parts
        self._passes = passes
        self._training = training

    def told(self, model: Network, X: Array) -> dict[str, str]:
        """What the map's grid was standardised by, found out with the hand-in's own forward pass."""
        told: dict[str, str] = self._parts.or_by_script(lambda: self._plane_by_function(model, X), Script.plane)
        return told

    def _told_by_passed(self, passed: list[Any], X: Array, mean: Array, deviation: Array) -> str:
        """Of a map that is only drawn: told by the points that went through the network; a script tells more."""
        large = [points for each in passed if len(points := as_points(each)) > len(X)]
        told = told_by_place(large[-1], X, mean, deviation) if large and not self._shown_by_script() else None
        if told is None:
            raise Unusable("The map did not come back as points of the plane and a value for each.")
        return told

    def _shown_by_script(self) -> bool:
        return self._parts.script is not None and self._parts.script.plane() is not None

    def _plane_by_function(self, model: Network, X: Array) -> dict[str, str]:
        mean, deviation = X.mean(axis=0), X.std(axis=0)
        told = self._standardised_by(model, X, mean, deviation)
        if told != RIGHT_MAP and not takes(self._parts.part("plane"), MEAN):
            scaled = (X - mean) / deviation  # it may be meant for inputs that are standardised already
            if self._standardised_by(model, scaled, np.zeros(2), np.ones(2)) == RIGHT_MAP:
                told = RIGHT_MAP
        return {"the grid is standardised": told}

    def _standardised_by(self, model: Network, X: Array, mean: Array, deviation: Array) -> str:
        function = self._parts.part("plane")
        self._passes.known()
        offers = [
            Offer(self._passes.handed(model.w.copy()), VECTOR),
            Offer(X.copy(), INPUTS),
            Offer(mean, MEAN),
            Offer(deviation, DEVIATION),
            Offer(30, FINENESS),
            Offer(np.arange(len(X)) % 2.0, TARGETS),
            Offer(self._training.object_of(model.w), NETWORK),
        ]
        with recording(find_helpers(self._parts.handin, PARTS[FORWARD].names), inputs=True) as passed:
            grid = grid_of(leaves(self._parts.call(function, offers)))
        if grid is None:
            return self._told_by_passed(passed, X, mean, deviation)
        points, values = grid

        def fits(way: Array) -> bool:
            try:
                return agree(values, self._passes.believed(model, way))
            except Exception:  # numbers that large need not go through the hand-in's network
                return False

        right = self._passes.believed(model, (points - mean) / deviation)
        if np.ptp(right) < 1e-9:
            raise Unusable("The network says the same of every point of the map.")
        if agree(values, right):
            return RIGHT_MAP
        if agree(mirrored(values), right):
            return f"{RIGHT_MAP}, but mirrored"
        return next((name for name, way in wrong_ways(points, mean, deviation) if fits(way)), "in another way")
