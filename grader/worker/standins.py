"""Stand-ins for packages that are not there: harmless uses work, a value that is needed raises `MissingPackage`.

Many hand-ins import a progress bar, a plotting package or a type checker that what is graded never needs. With a
stand-in the rest of the file can be graded, and the student loses nothing over the grader's machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, NoReturn, Self

import numpy as np

from grader.worker.absent import VALUES, Absent, MissingPackage
from grader.worker.borrowed import BORROWED

__all__ = ["DRAWING", "FORBIDDEN", "OFFERED", "Lost", "MissingPackage", "StandIn", "of_stand_in"]

FORBIDDEN = frozenset({"autograd", "jax", "keras", "sklearn", "tensorflow", "theano", "torch", "torchvision"})
"""What these courses forbid; a stand-in takes their place even where they are installed."""

OFFERED: set[str] = set()
"""What this worker may import nevertheless, because its course allows it."""

DRAWING = frozenset(
    {
        "IPython",
        "PIL",
        "bokeh",
        "cv2",
        "google",
        "imageio",
        "ipywidgets",
        "matplotlib",
        "mpl_toolkits",
        "plotly",
        "seaborn",
    }
)
"""What only draws or shows; its calls do nothing. Matplotlib alone would cost more than a second."""

_ITEMS = {"plot": 1, "get_legend_handles_labels": 2, "hist": 3}  # how many values these drawing functions return
_PROGRESS = frozenset({"alive_it", "notebook_tqdm", "progressbar", "tqdm", "tqdm_notebook", "track"})
_RANGES = frozenset({"prange", "tnrange", "trange"})


def of_stand_in(error: BaseException) -> bool:
    """Whether it arose in what stands in for a package, which knows less than the package does."""
    files, traceback = [], error.__traceback__
    while traceback is not None:
        files.append(traceback.tb_frame.f_globals.get("__name__"))
        traceback = traceback.tb_next
    return bool({*files} & {f"grader.worker.{name}" for name in ("borrowed", "encoders", "frames", "series")})


class StandIn(ModuleType):
    """A module in the place of a package that is not there."""

    def __init__(self, name: str) -> None:
        super().__init__(name, f"Stands in for {name}, which is not available here.")
        self.__path__: list[str] = []
        self.__version__ = "0"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _attribute(self.__name__.partition(".")[0], name)


class Lost:
    """A name whose import failed: it may stand in an annotation, and any other use raises what the import raised."""

    def __init__(self, error: BaseException) -> None:
        self.__dict__["__error"] = error

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise self.__dict__["__error"]

    def __call__(self, *args: object, **kwargs: object) -> NoReturn:
        self._refuse()

    def __mro_entries__(self, bases: tuple[Any, ...]) -> NoReturn:
        self._refuse()

    def __getitem__(self, key: object) -> Any:
        return self

    def __or__(self, other: object) -> Any:
        return self

    __ror__ = __or__

    def __hash__(self) -> int:
        return object.__hash__(self)

    def _refuse(self, *args: object, **kwargs: object) -> NoReturn:
        raise self.__dict__["__error"]


def _attribute(package: str, name: str) -> Any:
    """What `package.name` is: one of the few things that can be done without the package, or an absent value."""
    if name in _PROGRESS:
        return Progress
    if name in _RANGES:
        return _progress_of_range
    if (package, name) in BORROWED:
        return BORROWED[package, name]
    if package == "termcolor":
        return _first_argument if name == "colored" else _nothing
    if package == "colorama" and not name.islower():
        return _Codes()
    return _Drawing(package, name) if package in DRAWING else _Known(package, name)


def _first_argument(text: object = "", *args: object, **kwargs: object) -> object:
    return text


def _nothing(*args: object, **kwargs: object) -> None:
    return None


def _progress_of_range(*args: Any, **kwargs: Any) -> Progress:
    return Progress(range(*args), **kwargs)


class _Codes:
    """Terminal colours: every one is an empty text."""

    def __getattr__(self, name: str) -> str:
        if name.startswith("__"):
            raise AttributeError(name)
        return ""


class Progress:
    """A progress bar that shows nothing and passes its items on."""

    write = staticmethod(_nothing)

    def __init__(self, iterable: Any = None, *args: Any, **kwargs: Any) -> None:
        self.iterable = kwargs.get("sequence", ()) if iterable is None else iterable
        self.total, self.n = kwargs.get("total"), 0

    def __iter__(self) -> Iterator[Any]:
        return iter(self.iterable)

    def __len__(self) -> int:
        return len(self.iterable)

    def __bool__(self) -> bool:
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        return None

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("__"):
            raise AttributeError(name)
        return _nothing


for _name in VALUES:
    setattr(Lost, f"__{_name}__", Lost._refuse)


class _Known(Absent):
    """Something of a package that is not there, of which a few things can be done without it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _attribute(self._package(), name)


class _Drawing(_Known):
    """A figure, an axis, a colour map: everything that is done with it does nothing."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.__dict__.get("__name__") == "subplots":
            return _Drawing(self._package(), "figure"), self._axes(*args[:2], **kwargs)
        return super().__call__(*args, **kwargs)

    def __iter__(self) -> Iterator[Any]:
        items = _ITEMS.get(self.__dict__.get("__name__", ""), 0)
        return iter([_Drawing(self._package(), "item") for _ in range(items)])

    def __bool__(self) -> bool:
        return True

    def __len__(self) -> int:
        return 0

    def _axes(self, nrows: int = 1, ncols: int = 1, squeeze: bool = True, **kwargs: object) -> Any:
        grid = np.empty((nrows, ncols), dtype=object)
        for place in np.ndindex(grid.shape):
            grid[place] = _Drawing(self._package(), "axes")
        if not squeeze:
            return grid
        return grid[0, 0] if grid.size == 1 else grid.squeeze()
