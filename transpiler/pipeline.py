"""The order of the stages, on one screen."""

from __future__ import annotations

from transpiler.conversion import Conversion
from transpiler.options import Options


def convert(text: str, options: Options = Options()) -> Conversion:
    """Convert the text of one Python file. Raises SyntaxError where it is not valid Python 3."""
    return Conversion(text)
