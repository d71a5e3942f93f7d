"""Stand-ins for packages that are not there: harmless uses work, a value that is needed raises `MissingPackage`.

Many hand-ins import a progress bar, a plotting package or a type checker that what is graded never needs. With a
stand-in the rest of the file can be graded, and the student loses nothing over the grader's machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any, NoReturn, Self

import numpy as np

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


class MissingPackage(Exception):
    """The value of a package that is not available here was needed."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not available here, and the code needs what it returns.")
        self.name = name


def of_stand_in(error: BaseException) -> bool:
    """Whether it arose in what stands in for a package, which knows less than the package does."""
    files, traceback = [], error.__traceback__
    while traceback is not None:
        files.append(traceback.tb_frame.f_globals.get("__name__"))
        traceback = traceback.tb_next
    return bool({*files} & {"grader.worker.borrowed", "grader.worker.frames"})


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
    return _Drawing(package, name) if package in DRAWING else _Absent(package, name)


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


class _Absent:
    """Something of a package that is not there. It can be named, called and subscribed; it has no value."""

    __array_priority__ = 1e9

    def __init__(self, package: str = "", name: str = "") -> None:
        self.__dict__.update({"__package": package, "__name__": name, "__qualname__": name})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _attribute(self._package(), name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and _written(args[0]):
            return args[0]  # used as a decorator
        return type(self)(self._package(), self.__dict__.get("__name__", ""))

    def __getitem__(self, key: object) -> Any:
        return type(self)(self._package(), self.__dict__.get("__name__", ""))

    def __setitem__(self, key: object, value: object) -> None:
        return None

    def __or__(self, other: object) -> Any:  # `Float[Array, "n d"] | None` in an annotation
        return self

    __ror__ = __or__

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        """A base class from a package that is not there; two such bases become one."""
        first = next(base for base in bases if isinstance(base, _Absent))
        return (_base_class(self._package()),) if first is self else ()

    def __instancecheck__(self, instance: object) -> bool:
        return False

    def __subclasscheck__(self, subclass: type) -> bool:
        return False

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *details: object) -> None:
        return None

    def __hash__(self) -> int:
        return object.__hash__(self)

    def __repr__(self) -> str:
        return f"<{self._package()}, which is not available here>"

    def __format__(self, spec: str) -> str:
        return self._refuse() if spec else repr(self)

    def _package(self) -> str:
        return str(self.__dict__.get("__package", ""))

    def _refuse(self, *args: object, **kwargs: object) -> NoReturn:
        raise MissingPackage(self._package())


def _written(value: object) -> bool:
    """Whether it is a function or a class that somebody wrote, and not a type of numbers, as in `y.astype(int)`."""
    return isinstance(value, FunctionType) or (
        isinstance(value, type) and value.__module__ not in {"builtins", "numpy"}
    )


_VALUES = """
abs add and array array_function array_ufunc bool complex contains divmod eq float floordiv ge gt index int
invert iter le len lshift lt matmul mod mul ne neg next pos pow radd rand rdivmod rfloordiv rlshift rmatmul
rmod rmul round rpow rrshift rshift rsub rtruediv rxor sub truediv trunc xor iadd isub imul imatmul itruediv
ipow
"""
for _name in _VALUES.split():
    setattr(_Absent, f"__{_name}__", _Absent._refuse)
    setattr(Lost, f"__{_name}__", Lost._refuse)


def _base_class(package: str) -> type:
    """A class to inherit from; whatever an instance needs of it raises `MissingPackage`."""

    def refuse(self: object, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise MissingPackage(package)

    def call(self: object, *args: object, **kwargs: object) -> NoReturn:
        raise MissingPackage(package)

    def build(self: object, *args: object, **kwargs: object) -> None:
        return None

    return type(package, (), {"__init__": build, "__getattr__": refuse, "__call__": call})


class _Drawing(_Absent):
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
