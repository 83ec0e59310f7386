"""Which variables of a module, or of a function, the functions in it change."""

from __future__ import annotations

from transpiler.source.changed_inside import changed_inside

TEXT = """\
A, B, C, D, E, F, G = [], {}, 1, [], [], {}, []
def f(B):
    B["x"] = 1
    A.append(3)
    n = []
    def g():
        global C, n
        k = C = n = 2
        D.pop()
        def h():
            nonlocal k
            k = F["y"]["z"].append(1)
    def i(q=lambda: E.sort()):
        n.append(1)
class K:
    def m(self):
        self.x["a"] = A[0] = 1
G.append(1)
"""


def test_of_the_module() -> None:
    assert changed_inside(TEXT) == {"A", "C", "D", "E", "F", "n"}


def test_of_functions_by_the_lines_of_their_defs() -> None:
    assert changed_inside(TEXT, 2) == {"C", "D", "E", "F", "n"}
    assert changed_inside(TEXT, 6) == {"F", "k"}
    assert not changed_inside(TEXT, 16)


def test_of_no_program() -> None:
    assert not changed_inside("def f(:\n    A.append(1)\n")


def test_functions_of_libraries_change_nothing_of_these() -> None:
    text = """\
import settings
import numpy as np
import tensorflow as tf
from keras import backend as K
from numpy import random as held
def f(x):
    return tf.reverse(np.append(x, 1), [0]), K.update(x, 1), settings.update(x), held.append(1)
held = []
"""
    assert changed_inside(text) == {"settings", "held"}
