"""Source of what reads tables, the names of files, and lines of text."""

from rules.emitted import emitted

emitted(
    "table_rows",
    '''
def table_rows(table):
    """The rows of a table, or of a dict of arrays, each as a dict."""
    return StackDataset(
        **{name: torch.tensor(np.asarray(column)) for name, column in table.items()}
    )
''',
    (),
    "import numpy as np",
    "import torch",
    "from torch.utils.data import StackDataset",
    early=True,
)

emitted(
    "matching_files",
    '''
def matching_files(patterns):
    """The files whose names fit a pattern, or one of several, in order."""
    patterns = [patterns] if isinstance(patterns, str) else patterns
    return sorted(path for pattern in patterns for path in glob.glob(pattern))
''',
    (),
    "import glob",
    early=True,
)

emitted(
    "text_lines",
    '''
def text_lines(paths):
    """The lines of text files, one after the other."""
    lines = []
    for path in [paths] if isinstance(paths, str) else paths:
        with open(path, newline="\\n", encoding="utf-8") as file:
            lines += [line.rstrip("\\n").replace("\\r", "") for line in file]
    return lines
''',
    (),
    early=True,
)
