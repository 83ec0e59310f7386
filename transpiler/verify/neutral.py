"""Calls that load, train or save inside kept code are taken out, alike in both programs."""

from __future__ import annotations

import ast

#: Statements that call one of these, as a method or a function, do nothing here.
DROPPED = frozenset({
    "compile", "fit", "fit_generator", "evaluate", "evaluate_generator", "summary", "save",
    "save_weights", "load_weights", "load_model_weights", "load_state_dict", "train_on_batch",
    "plot_model", "print", "display", "show", "savefig", "download", "download_weights",
    "download_file", "urlretrieve", "makedirs", "mkdir", "exit", "quit", "set_global_policy",
    "set_policy", "set_floatx",
})  # fmt: skip
#: Calls whose value is the model that they are given, which they would only fill or copy.
PASSING = frozenset({"load_model_weights", "load_weights", "multi_gpu_model", "parallelize"})
#: Calls whose value is a file name nobody will open.
FILES = frozenset({"get_file", "download", "urlretrieve", "cached_download", "hf_hub_download"})


def callee(node: ast.Call) -> str:
    """The last name of what is called: `fit` of `model.fit`."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


class _Neutralise(ast.NodeTransformer):
    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        if isinstance(node.value, ast.Call) and callee(node.value) in DROPPED:
            return ast.copy_location(ast.Pass(), node)
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        name = callee(node)
        if (name in FILES or name.startswith("download_")) and _from_module(node):
            return ast.copy_location(ast.Constant(""), node)
        if name in PASSING:
            given = _model_argument(node)
            if given is not None:
                return given
        if name == "load_state_dict":
            return ast.copy_location(ast.Constant(None), node)
        return node


def _from_module(node: ast.Call) -> bool:
    """Whether it is a function (`get_file(...)`, `utils.get_file(...)`), not a method of a call."""
    return not (isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Call))


def _model_argument(node: ast.Call) -> ast.expr | None:
    """The model of `load_model_weights(model=model, ...)`; None where it isn't an argument."""
    for keyword in node.keywords:
        if keyword.arg == "model":
            return keyword.value
    if isinstance(node.func, ast.Name) and node.args and isinstance(node.args[0], ast.Name):
        return node.args[0]
    return None


def neutralise(body: list[ast.stmt]) -> list[ast.stmt]:
    """The same statements without side effects on files, the network and training."""
    return [_Neutralise().visit(statement) for statement in body]
