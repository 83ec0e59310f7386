"""Packages that aren't installed: nothing stands in for them until something needs one."""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

_FRAMEWORKS = frozenset({"tensorflow", "keras", "tf_keras", "torch"})


class Missing:
    """Stands in for what can't be imported; whoever calls or asks it is told why."""

    def __init__(self, reason: str) -> None:
        self.__dict__["reason"] = reason

    def __getattr__(self, name: str) -> Missing:
        if name.startswith("__"):
            raise AttributeError(name)
        return Missing(self.__dict__["reason"])

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise ImportError(self.__dict__["reason"])

    def __bool__(self) -> bool:
        raise ImportError(self.__dict__["reason"])

    def __mro_entries__(self, bases: Any) -> tuple[type, ...]:
        return ()


class _AbsentModule(types.ModuleType):
    def __getattr__(self, name: str) -> Missing:
        if name.startswith("__"):
            raise AttributeError(name)
        return Missing(f"No module named '{self.__name__.split('.')[0]}'")


class _Absent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds an empty module for a package that nobody else finds."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """A spec, unless the name belongs to a framework, to Python or to an installed package."""
        top = fullname.split(".")[0]
        known = top in _FRAMEWORKS or top in sys.stdlib_module_names
        if known or importlib.machinery.PathFinder.find_spec(top) is not None or _optional():
            return None
        return importlib.util.spec_from_loader(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """The empty module."""
        return _AbsentModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run."""


def _optional() -> bool:
    """Whether an installed package asks: it knows what to do without."""
    frame = sys._getframe()
    while frame.f_back is not None and _of_imports(frame.f_code.co_filename):
        frame = frame.f_back
    return "site-packages" in Path(frame.f_code.co_filename).parts


def _of_imports(file: str) -> bool:
    """Whether a file is part of what imports, also by `importlib.import_module`."""
    return file in (__file__, importlib.__file__) or file.startswith("<frozen importlib")


@contextlib.contextmanager
def absent_allowed() -> Iterator[None]:
    """Imports of packages that aren't installed succeed, for now; they are forgotten after."""
    finder = _Absent()
    sys.meta_path.append(finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in [n for n, m in sys.modules.items() if isinstance(m, _AbsentModule)]:
            del sys.modules[name]
