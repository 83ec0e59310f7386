"""Names that are chosen later: tokens of private characters stand for them in the text of programs.

Each kind begins and ends with characters of its own, so that patterns find them in any text.
"""

from __future__ import annotations

#: How the tokens of each kind begin.
MODULE, VARIABLE, SIZE, BLOCK, MARK = "\ue000", "\ue002", "\ue004", "\ue008", "\ue00a"
OWN_MODULE, CALL, DATA, INSTANCE = "\ue00c", "\ue00e", "\ue010", "\ue012"

#: How those end that are called, or read, in `forward`.
ENDS = "\ue001\ue003"

#: Patterns of whole tokens.
ANY_MODULE = "\ue000[^\ue001]*\ue001"
ANY_VARIABLE = "\ue002[^\ue003]*\ue003"
ANY_SIZE = "\ue004[^\ue005]*\ue005"
ANY_BLOCK = "\ue008(\\d+)\ue009"
ANY = "\ue000[^\ue001]*\ue001|\ue004[^\ue005]*\ue005|\ue002[^\ue003]*\ue003|\ue008[^\ue009]*\ue009"
ANY_OWN_MODULE = f"{OWN_MODULE}({ANY_MODULE})\ue00d"
ANY_DATA = "\ue010\\d+:\\d+\ue011"
ANY_INSTANCE = "\ue012(\\d+):(\\d+)\ue013"
ANY_PICKED = "\ue014[^\ue015]*\ue015"
ANY_CALL = "\ue00e(\\d+):(\\d+)\ue00f"
ANY_CHARACTER = "[\ue000-\uf8ff]"

#: A size that nobody knows, what one round of a loop gets, what a loop over something unknown runs
#: over, and a size that only the first batch tells.
NO_SIZE, ITEM, ITEMS, FIRST_BATCH = (
    f"{MARK}{word}\ue00b" for word in ("nosize", "item", "unknown", "lazy")
)


def call(start: int, end: int) -> str:
    """Stands for what a call of a model's method becomes, by its place in the source."""
    return f"{CALL}{start}:{end}\ue00f"


def instance(start: int, end: int) -> str:
    """Stands for a model that is made as another one was, by the place of the call that clones."""
    return f"{INSTANCE}{start}:{end}\ue013"


def picked(kind: str, start: int, number: int) -> str:
    """Stands for what goes with one of several models that a text from a place on may be about."""
    return f"\ue014{kind}:{start}:{number}\ue015"


def data(start: int, end: int) -> str:
    """Stands for the statements that make the data of such a call ready."""
    return f"{DATA}{start}:{end}\ue011"


def module(serial: int) -> str:
    """Stands for the attribute that holds a module."""
    return f"\ue000{serial}\ue001"


def own_module(token: str) -> str:
    """Stands for a module where `__init__` reads it: in a loop, the last one of its list."""
    return f"\ue00c{token}\ue00d"


def variable(hint: str) -> str:
    """Stands for a variable that the program did not have; what stands before `:` is its name.

    What follows it may be the token of another variable, of which this one is the mask.
    """
    return f"\ue002{hint.replace(VARIABLE, '').replace(ENDS[1], '')}\ue003"


def evaluated_once(hint: str, serial: int) -> str:
    """Stands for a variable of `__init__` that holds what must be evaluated once."""
    return variable(f"{hint}:once{serial}")


def is_evaluated_once(token: str) -> bool:
    """Whether it is the token of such a variable."""
    return token.partition(":")[2].startswith("once")


def hint_of(token: str) -> str:
    """What a variable is to be called, if that is free."""
    return token.strip("\ue002\ue003").partition(":")[0]


def is_variable(text: str) -> bool:
    """Whether it is the token of a variable, and nothing else."""
    return text.startswith(VARIABLE) and text.endswith("\ue003")


def size(owner: str, axis: str) -> str:
    """Stands for `__init__`'s variable of one size of the tensor in a variable of `forward`."""
    return f"\ue004{owner}:{axis}\ue005"


def owner_and_axis(token: str) -> tuple[str, str]:
    """What a token of a size is made of."""
    owner, _, axis = token[1:-1].rpartition(":")
    return owner, axis


def block(serial: int) -> str:
    """Stands for the class that a block becomes."""
    return f"\ue008{serial}\ue009"


def operand(position: int) -> str:
    """Stands for an operand while it is counted how often a rule's code repeats it."""
    return f"\ue006{position}\ue007"
