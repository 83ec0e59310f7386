"""Small programs in both frameworks."""

from __future__ import annotations

from textwrap import dedent

KERAS = """\
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import Input, Model, Sequential, layers

"""

TORCH = """\
import torch
from torch import nn
from torch.nn import functional as F

"""


def keras_program(text: str) -> str:
    return KERAS + dedent(text)


def torch_program(text: str) -> str:
    return TORCH + dedent(text)


def module(init: str, forward: str, name: str = "Net", arguments: str = "x") -> str:
    """A module class, and `model = Net()`."""
    lines = [f"class {name}(nn.Module):", "    def __init__(self):", "        super().__init__()"]
    lines += [f"        {line}" for line in dedent(init).strip().splitlines()]
    lines += ["", f"    def forward(self, {arguments}):"]
    lines += [f"        {line}" for line in dedent(forward).strip().splitlines()]
    return "\n".join([*lines, "", "", f"model = {name}()", ""])
