"""What a user can choose about a conversion."""

from __future__ import annotations

from dataclasses import field

from transpiler.record import record


@record(frozen=True, slots=True)
class Options:
    """The choices of one conversion; the defaults are the command line's."""

    exact: bool = False  #: no CLOSE idioms: emit the line or class that makes numbers equal
    init: str = "keras"  #: "keras": start from Keras's default weights; "torch": from torch's
    input_layout: str = "keras"  #: "keras": channels last at the border; "torch": channels first
    keras: str = "auto"  #: "2", "3" or "auto": the generation whose numbers count
    #: the real paths of the files that one run converts; None: of all that there are
    together: frozenset[str] | None = field(default=None, repr=False)
