"""The book with every statute in it: each module of each folder is imported, so that nothing declared is left out."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from yaodian.statutes.declare import BOOK


def _import_all() -> None:
    folder = Path(__file__).parent
    for statute in sorted(path.name for path in folder.iterdir() if (path / "__init__.py").is_file()):
        if statute == "tests":
            continue
        package = importlib.import_module(f"yaodian.statutes.{statute}")
        for module in pkgutil.iter_modules(package.__path__):
            if module.name != "tests":
                importlib.import_module(f"{package.__name__}.{module.name}")


_import_all()
__all__ = ["BOOK"]
