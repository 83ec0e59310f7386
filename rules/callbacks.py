"""Callbacks: the plain code that stands for them in the training loop."""

from __future__ import annotations

from transpiler.ir.expr import Expr
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Fit, Hooks
from transpiler.rule import Param, callback


def _monitored(fit: Fit, monitor: Expr, mode: Expr) -> tuple[str, str, bool]:
    """The key and the variable that a callback looks at, and whether more is better."""
    if not monitor.known:
        raise Unsupported("monitor is only known at run time")
    key = str(monitor.value)
    if key not in fit.values:
        raise Unsupported(f"monitor={key!r} is not among {', '.join(sorted(fit.values))}")
    if mode.is_const("min", "max"):
        return key, fit.values[key], bool(mode.value == "max")
    return key, fit.values[key], fit.better[key]


@callback("EarlyStopping")
def early_stopping(
    fit: Fit,
    monitor: Param = "val_loss",
    min_delta: Param = 0,
    patience: Param = 0,
    verbose: Param = 0,
    mode: Param = "auto",
    baseline: Param = None,
    restore_best_weights: Param = False,
    start_from_epoch: Param = 0,
) -> Hooks:
    """The same decisions; the weights are also restored when epochs run out, as Keras does."""
    if not baseline.is_const(None) or not start_from_epoch.is_const(0):
        raise Unsupported("EarlyStopping with a baseline or a first epoch")
    if not restore_best_weights.known:
        raise Unsupported("restore_best_weights is only known at run time")
    key, value, larger = _monitored(fit, monitor, mode)
    best = fit.free(f"best_{key.removeprefix('val_')}")
    wait = fit.free("wait")
    better = f"{value} {'>' if larger else '<'} {best}"
    if not min_delta.is_const(0, 0.0):
        better = f"{value} {'- ' if larger else '+ '}{min_delta} {'>' if larger else '<'} {best}"
    worst = 'float("-inf")' if larger else 'float("inf")'
    limit = "1" if patience.is_const(0, 1) else str(patience)
    stop = f"        if {wait} >= {limit}:\n            break"
    if restore_best_weights.value:
        weights = fit.free("best_weights")
        copied = f"copy.deepcopy({fit.model}.state_dict())"
        return Hooks(
            (f"{best}, {weights}, {wait} = {worst}, None, 0",),
            epoch_end=(
                "# Stop early, and go back to the best weights",
                f"if {better}:",
                f"    {best}, {weights}, {wait} = {value}, {copied}, 0",
                "else:",
                f"    {wait} += 1",
                *(line[4:] for line in stop.split("\n")),
            ),
            after=(f"{fit.model}.load_state_dict({weights})",),
            reads=(key,),
        )
    return Hooks(
        (f"{best}, {wait} = {worst}, 0",),
        epoch_end=(
            "# Stop early",
            f"if {better}:",
            f"    {best}, {wait} = {value}, 0",
            "else:",
            f"    {wait} += 1",
            *(line[4:] for line in stop.split("\n")),
        ),
        reads=(key,),
    )
