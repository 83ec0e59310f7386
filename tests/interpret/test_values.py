"""Values can be printed, in messages too, without printing the trees that they hold."""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.values import Function, Layer, LayerList, Model, Static, UserClass
from transpiler.ir.expr import expr


def test_values_print_briefly() -> None:
    module = cst.parse_module("def f(x):\n    return x\n\n\nclass C:\n    pass\n")
    function, made = module.body
    assert isinstance(function, cst.FunctionDef)
    assert isinstance(made, cst.ClassDef)
    closure = {"x": Static(expr(1))}
    values = {
        "Function(f)": Function("f", function, closure),
        "UserClass(C)": UserClass("C", made),
        "Layer(keras.layers.Dense)": Layer(None, "keras.layers.Dense", {}, function),
        "LayerList()": LayerList(Static(expr(1)), cst.Name("i"), cst.Name("i"), {}),
        "Model(functional)": Model("functional", node=function),
    }
    assert {repr(value): value for value in values.values()} == values
