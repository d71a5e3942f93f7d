"""What belongs to a package that is not there: it can be named, called and subscribed; it has no value."""

from __future__ import annotations

from types import FunctionType
from typing import Any, NoReturn

__all__ = ["VALUES", "Absent", "MissingPackage"]


class MissingPackage(Exception):
    """The value of a package that is not available here was needed."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not available here, and the code needs what it returns.")
        self.name = name


class Absent:
    """Something of a package that is not there. It can be named, called and subscribed; it has no value."""

    __array_priority__ = 1e9

    def __init__(self, package: str = "", name: str = "") -> None:
        self.__dict__.update({"__package": package, "__name__": name, "__qualname__": name})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(self)(self._package(), name)

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
        first = next(base for base in bases if isinstance(base, Absent))
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
VALUES = tuple(_VALUES.split())
for _name in VALUES:
    setattr(Absent, f"__{_name}__", Absent._refuse)


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
