"""Source of the functions and classes that are written into a converted file when it needs them.

Each is as short and plain as a person would write it, knows nothing of tf2torch, and is emitted at
most once per file, with those that it needs itself.
"""

from __future__ import annotations

from transpiler.record import record


@record(frozen=True, slots=True)
class Emitted:
    """One function or class to emit."""

    source: str
    needs: tuple[str, ...] = ()  #: other emitted names that it calls
    imports: tuple[str, ...] = ()  #: import statements: `from torch.nn import functional as F`
    early: bool = False  #: the program calls it before any model is made
    lacks: tuple[str, ...] = ()  #: members of Keras's class that this one does not have


TORCH = "import torch"
NN = "from torch import nn"
FUNCTIONAL = "from torch.nn import functional as F"

EMITTED: dict[str, Emitted] = {}


def emitted(
    name: str,
    source: str,
    needs: tuple[str, ...] = (),
    *imports: str,
    early: bool = False,
    lacks: tuple[str, ...] = (),
) -> None:
    """Declare a function or class by its name and source."""
    EMITTED[name] = Emitted(source.strip("\n") + "\n", needs, imports, early, lacks)


emitted(
    "same_padding",
    '''
def same_padding(x, kernel_size, stride):
    """What TensorFlow's "same" pads, for F.pad: the odd cell goes to the far side."""
    padding = []
    for size, k, s in zip(x.shape[2:], kernel_size, stride):
        total = max(k - (size % s or s), 0)
        padding = [total // 2, total - total // 2, *padding]
    return padding
''',
)


emitted(
    "NotConverted",
    '''
class NotConverted(nn.Module):
    """Stands for a layer that has no faithful translation: raises when it is called."""

    def __init__(self, reason):
        super().__init__()
        self.reason = reason

    def forward(self, *inputs):
        raise NotImplementedError(self.reason)
''',
    (),
    NN,
)
