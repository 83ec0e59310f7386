"""Classes whose `__init__` builds a functional model: what else they do with it is refused.

class Net(keras.Model):
    def __init__(self, n):
        ...
        super().__init__(inputs, outputs)
        self.n = n             # the module has it, too
        self.summary()         # asks a model of Keras, which the module is none of
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.values import UserClass
from transpiler.record import record
from transpiler.source.children import children_of

#: What a model of Keras does by itself, where a class says otherwise, or what switches it.
_OF_KERAS = frozenset(
    {
        "__call__", "add_loss", "add_metric", "build", "call", "compile", "compile_from_config",
        "compiled_loss", "compiled_metrics", "compute_loss", "compute_mask", "compute_metrics",
        "compute_output_shape", "compute_output_spec", "count_params", "dtype_policy",
        "evaluate", "evaluate_generator", "fit", "fit_generator", "get_layer",
        "get_metrics_result", "get_weights", "input_spec", "inputs", "jit_compile", "layers",
        "load_weights", "loss", "losses", "make_predict_function", "make_test_function",
        "make_train_function", "metrics", "metrics_names", "non_trainable_variables",
        "non_trainable_weights", "optimizer", "outputs", "predict", "predict_function",
        "predict_generator", "predict_on_batch", "predict_step", "quantize", "reset_metrics",
        "reset_states", "run_eagerly", "save", "save_own_variables", "save_weights",
        "set_weights", "stateful", "stop_training", "summary", "test_function", "test_on_batch",
        "test_step", "train_function", "train_on_batch", "train_step", "trainable",
        "trainable_variables", "trainable_weights", "variables", "weights",
    }
)  # fmt: skip
#: What an `nn.Module` does by itself.
_OF_TORCH = frozenset(
    {
        "add_module", "apply", "bfloat16", "buffers", "children", "cpu", "cuda", "double",
        "eval", "float", "forward", "half", "load_state_dict", "modules", "named_buffers",
        "named_children", "named_modules", "named_parameters", "parameters", "register_buffer",
        "register_module", "register_parameter", "requires_grad_", "share_memory", "state_dict",
        "to", "train", "training", "type", "zero_grad",
    }
)  # fmt: skip
#: What programs write for saving, which nothing calls of a module.
_FOR_SAVING = frozenset({"get_config", "from_config"})


def refuse_more(region: Region) -> None:
    """Give up where such a class does more than to build its model and to keep values."""
    classes = ((c, c.functional) for c in region.file.user_classes)
    made = next((c for c, begins in classes if begins and begins.node is region.function), None)
    if made is None:
        return
    if made.inherits or len(made.node.bases) != 1:
        raise GiveUp(f"`{made.name}` has other bases than keras.Model", made.node)
    body = made.node.body.body
    methods = [s for s in body if isinstance(s, cst.FunctionDef)]
    own = {method.name.value for method in methods}
    for method in methods:
        _refuse_name(made, method.name.value, method)
    fields = {name for s in body for name in _assigned(s)}
    uses = {id(method): list(_uses(method, _this(method))) for method in methods}
    stored = {id(method): {u.name for u in uses[id(method)] if u.stores} for method in methods}
    everywhere = own.union(fields, *stored.values())
    for method in methods:
        begins = method.name.value == "__init__"
        known = own | stored[id(method)] if begins else everywhere
        for use in uses[id(method)]:
            if use.name in fields and begins and use.name not in known:
                why = f"its model is built by `{use.name}`, a value of the class itself"
                raise GiveUp(why, use.node)
            if use.stores:
                _refuse_name(made, use.name, use.node)
            elif not use.name:
                raise GiveUp(f"`{made.name}` hands its own model on", use.node)
            elif use.name not in known and not use.name.startswith("__"):
                line = region.tree.line_column(region.tree.span(use.node)[0])[0]
                what = f"asks its own model for `{use.name}` in line {line}"
                raise GiveUp(f"`{made.name}` {what}, which a module has not", use.node)


def _refuse_name(made: UserClass, name: str, node: cst.CSTNode) -> None:
    if name in _OF_KERAS:
        why = f"`{made.name}` has a `{name}` of its own, which decides what keras.Model does"
        raise GiveUp(why, node)
    if name in _OF_TORCH:
        raise GiveUp(f"`{name}` of `{made.name}` would hide that of nn.Module", node)


@record(frozen=True, slots=True)
class _Use:
    """Where a method reads or sets something of its object, or hands that on: no name then."""

    node: cst.CSTNode
    name: str
    stores: bool = False


def _this(method: cst.FunctionDef) -> str:
    """What a method calls its object; nothing where it gets none."""
    marks = {d.decorator.value for d in method.decorators if isinstance(d.decorator, cst.Name)}
    parameters = [*method.params.posonly_params, *method.params.params]
    if marks & {"staticmethod", "classmethod"} or not parameters:
        return ""
    return parameters[0].name.value


def _uses(node: cst.CSTNode, this: str, stores: bool = False) -> Iterator[_Use]:
    """Each of them, in the order of the source."""
    match node:
        case cst.FunctionDef(name=cst.Name(value=name)) if name in _FOR_SAVING:
            return
        case cst.Attribute(value=cst.Call(func=cst.Name(value="super")), attr=attr):
            if attr.value != "__init__":
                yield _Use(node, f"super().{attr.value}")
        case cst.Attribute(value=cst.Name(value=name)) if name == this:
            yield _Use(node, node.attr.value, stores)
        case cst.Name(value=name) if name == this:
            yield _Use(node, "", stores)
        case cst.Attribute() | cst.Subscript():
            for child in children_of(node):
                yield from _uses(child, this)
        case cst.Param():
            if node.default is not None:
                yield from _uses(node.default, this)
        case cst.Arg(value=value):
            yield from _uses(value, this)
        case cst.AssignTarget(target=target):
            yield from _uses(target, this, True)
        case cst.AnnAssign(target=target, value=value):
            yield from _uses(target, this, True)
            if value is not None:
                yield from _uses(value, this)
        case cst.Tuple() | cst.List() | cst.Element() | cst.StarredElement():
            for child in children_of(node):
                yield from _uses(child, this, stores)
        case _:
            for child in children_of(node):
                yield from _uses(child, this)


def _assigned(statement: cst.CSTNode) -> Iterator[str]:
    """What a plain statement of the class's body gives a value."""
    for small in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
        targets = [t.target for t in small.targets] if isinstance(small, cst.Assign) else []
        targets += [small.target] if isinstance(small, cst.AnnAssign) else []
        for target in targets:
            if isinstance(target, cst.Name):
                yield target.value
