"""Source of the functions and classes that are written into a converted file when it needs them.

Each is as short and plain as a person would write it, knows nothing of tf2torch, and is emitted at
most once per file, with those that it needs itself.
"""

from __future__ import annotations

import re
from collections.abc import Set

from transpiler.record import record
from transpiler.regex import regex

#: Ends a line of a source that is only written if one of the names asks for it, and with a line
#: that is a header all below it: `#? .to_json`, if the program has that word; `#? lower`, if a rule
#: asks for the option `lower` of the class, which it does by a helper called `Class.lower`. With
#: a `!` before the names, if none of them does; `-.to_json` asks where the word is not there, and
#: `lower+split` where both do.
_ASKED = regex(r"  #\? (.+)$")


@record(frozen=True, slots=True)
class Emitted:
    """One function or class to emit."""

    template: str
    needs: tuple[str, ...] = ()  #: other emitted names that it calls
    imports: tuple[str, ...] = ()  #: import statements: `from torch.nn import functional as F`
    early: bool = False  #: the program calls it before any model is made
    lacks: tuple[str, ...] = ()  #: members of Keras's class that this one does not have

    @property
    def source(self) -> str:
        """All of it."""
        return re.sub(r"  #\? .+", "", self.template)

    def written(self, words: Set[str], options: Set[str]) -> str:
        """What a program needs of it that has these words, and of which rules ask these options."""
        if "  #? " not in self.template:
            return self.template
        kept: list[str] = []
        dropped: int | None = None
        for line in self.template.splitlines():
            margin = len(line) - len(line.lstrip())
            if line and dropped is not None and margin > dropped:
                continue
            if line:
                dropped = None
            asked = _ASKED.search(line)
            names = asked.group(1).lstrip("!").split() if asked else []
            found = any(_holds(name, words, options) for name in names)
            if asked is None or found is not asked.group(1).startswith("!"):
                kept.append(_ASKED.sub("", line))
            else:
                dropped = margin
        text = _LISTED.sub(_on_one_line, "\n".join(kept))
        return re.sub(r"\n{3,}(?= )", "\n\n", text).rstrip("\n") + "\n"

    def imported(self, source: str) -> list[str]:
        """The import statements that what is written of it needs."""
        if "  #? " not in self.template:
            return list(self.imports)
        return [line for line in self.imports if re.search(rf"\b{line.split()[-1]}\b", source)]


_LISTED = regex(r"^( *def \w+\()\n((?: +[^\n]+,\n)+) *\):$", re.M)
_WIDTH = 88


def _on_one_line(header: re.Match[str]) -> str:
    """Parameters one below the other, of which few are left, side by side."""
    parameters = " ".join(header.group(2).split()).removesuffix(",")
    line = f"{header.group(1)}{parameters}):"
    return line if len(line) <= _WIDTH else header.group()


def _holds(name: str, words: Set[str], options: Set[str]) -> bool:
    """Whether the program has a word, as in `.word`, or an option is asked; in `-.word`, hasn't."""
    if "+" in name:
        return all(_holds(part, words, options) for part in name.split("+"))
    if name[0] == "-":
        return not _holds(name[1:], words, options)
    return name[1:] in words if name[0] == "." else name in options


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
