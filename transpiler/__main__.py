"""`python -m transpiler`: the same as the command `tf2torch`."""

from __future__ import annotations

import sys

from transpiler.cli import main

if __name__ == "__main__":
    sys.exit(main())
