"""What a class is made of, and what instantiating it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from transpiler.emit.comments import Script
from transpiler.ir.code import Node
from transpiler.ir.expr import Expr
from transpiler.ir.training import LOGITS
from transpiler.record import record


class EmitError(Exception):
    """The programs can't be written as a class; says why."""


@record(slots=True)
class ClassPlan:
    """What a class is made of."""

    name: str
    init: list[Node]
    forward: list[Node]
    inputs: list[str]  #: the names or tokens of `forward`'s parameters
    parameters: list[tuple[str, str, str, bool]] = field(
        default_factory=list
    )  #: name, annotation, default, keyword-only
    sizes: tuple[str, ...] = ()
    statics: frozenset[str] = frozenset()  #: names that are constructor parameters if needed
    required: tuple[str, ...] = ()  #: constructor parameters in any case: models used as layers
    renames: dict[str, str] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    docstring: str = ""
    effects: bool = True  #: whether statements with effects move into `__init__`
    attributes: tuple[tuple[str, str], ...] = ()
    class_names: dict[int, str] = field(default_factory=dict)  #: the names of blocks
    tensor_names: frozenset[str] = frozenset()  #: variables of the region that hold tensors
    local: frozenset[str] = frozenset()  #: names of the module that are assigned again there
    elsewhere: frozenset[str] = frozenset()  #: those of them that functions change, too
    takes_all: bool = False  #: all parameters belong to the signature, read or not
    kept: frozenset[str] = frozenset()  #: those that do so in any case
    attribute_names: tuple[frozenset[str], ...] = ()  #: the names that each attribute reads
    label: Expr | None = None  #: what the program calls the model, where it reads that
    zeros: tuple[Expr, ...] = ()  #: what it runs on when it is made, so that lazy layers have sizes
    apply_init: bool = False
    script: Script | None = None  #: the original statements with their comments
    staying: frozenset[int] = frozenset()  #: the statements that keep their comments
    is_block: bool = False  #: attributes that it read as a method are passed by name
    guards: tuple[str, ...] = ()  #: statements at the start of `__init__`
    channels_lead: bool = False  #: sizes are called as where images have their channels first
    starred: bool = False  #: the one input is a list of any length: `*inputs`
    keyed: bool = False  #: whether `forward` takes a dict
    #: what `forward` applies to what a method of its own computes, which a loss wants: by outputs
    activations: dict[str, str] = field(default_factory=dict)
    method: str = LOGITS  #: what that method is called
    #: what these read through such values, and the attributes that keep it: `hp["l2"]`, `l2`
    asked_paths: dict[str, str] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()  #: values that the model keeps for functions outside of it
    shared: dict[str, tuple[str, str, tuple[int, ...]]] = field(
        default_factory=dict
    )  #: token -> owner, attribute, loops
    #: how what a path leads to, `cfg["alpha"]`, changes once an object is made: "" not at all
    #: None of a function that stays one, and reads it anew
    changes: Callable[[str], str] | None = None


@record(slots=True)
class ClassText:
    """A written class, and what instantiating it takes."""

    text: str
    sizes: tuple[str, ...]
    parameters: tuple[tuple[str, bool], ...]  #: name, keyword-only
    attributes: frozenset[str]  #: those that the method's object has, `self.rate` where it builds
    constructors: list[Expr]
    helpers: frozenset[str]
