"""What is known of a function once its body was interpreted."""

from __future__ import annotations

import itertools
from dataclasses import field
from typing import Any

import libcst as cst

from transpiler.interpret.region import Parameter, Region
from transpiler.interpret.values import Function, Model, Value
from transpiler.ir import tokens
from transpiler.ir.code import Node
from transpiler.ir.expr import Module
from transpiler.record import record


@record(slots=True, eq=False)
class Summary:
    """A function for one kind of arguments."""

    function: Function
    kind: str  #: "block", "operation", "builder", "layer", "static", "failed" or "running"
    region: Region | None = None
    parameters: tuple[Parameter, ...] = ()
    tensors: tuple[str, ...] = ()  #: the parameters that are tensors, in the order of `forward`
    sizes: tuple[str, ...] = ()  #: tokens of the sizes that the constructor takes first
    statics: tuple[str, ...] = ()  #: the plain parameters that the class takes
    init: list[Node] = field(default_factory=list)
    forward: list[Node] = field(default_factory=list)
    stored: tuple[str, ...] = ()  #: plain names that `forward` reads
    modules: dict[str, Module] = field(default_factory=dict)
    result: Value | None = None
    serial: int = field(default_factory=itertools.count(1).__next__)
    reason: str = ""
    attributes: tuple[tuple[str, str], ...] = ()  #: (attribute, token): sizes that callers read
    attribute_names: tuple[frozenset[str], ...] = ()  #: the names that each of them reads
    closure: tuple[str, ...] = ()  #: names of enclosing functions that it reads
    recursive: bool = False  #: it calls itself
    given: frozenset[str] = frozenset()  #: the parameters that its caller passes one by one
    unpacked: bool = False  #: its caller passes a dict of arguments, `**config`, that is not known
    deferred: bool = False  #: gives a Sequential, which is called on a tensor later
    frame: Any = None  #: what the function that made it was called with, at the running call

    @property
    def class_token(self) -> str:
        """Stands for the name of the class until it is chosen."""
        return tokens.block(self.serial)


@record(frozen=True, slots=True)
class Run:
    """A call of a function in which something is trained, frozen or asked."""

    node: cst.CSTNode
    summary: Summary
    once: bool  #: no condition and no loop of the caller's is around it
    fresh: tuple[Model, ...] = ()  #: what an object makes anew: nobody has frozen it


@record(frozen=True, slots=True)
class GivenModel:
    """A call that makes an object which keeps a model that it gets."""

    node: cst.Call
    number: int  #: of the argument
    initializer: cst.CSTNode
    parameter: str
    model: Model


@record(frozen=True, slots=True)
class Handed:
    """A call that gives models to a function which trains or asks them."""

    node: cst.CSTNode
    summary: Summary
    given: dict[str, Value]  #: what the call gives to the parameters
    #: what the models are compiled with there, whenever the program comes there, by their ids
    compiled: dict[int, list[Any]] = field(default_factory=dict)
