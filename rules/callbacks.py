"""Callbacks: the plain code that stands for them in the training loop."""

from __future__ import annotations

from rules.given_values import above_zero, evaluated_once, may_be_none, one_less, unless_none
from rules.monitors import first_or, lacking, monitored
from transpiler.ir.expr import BITOR, OR, Expr, call, literal
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import BATCH, BATCH_LOGS, STOPS, Fit, Hooks
from transpiler.rule import Param, callback, is_written, unless


@callback(
    "EarlyStopping",
    attributes=("stopped_epoch", "best_epoch", "best", "wait", "patience", "monitor"),
)
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
    if warning := lacking(fit, monitor, mode):
        return Hooks(warns=f"{warning} it never stops the training")
    min_delta = above_zero(min_delta)
    watched = monitored(fit, monitor, mode, stops=True)
    value, before = watched.value, list(watched.before)
    if watched.compare and not is_written(min_delta, 0, 0.0):
        delta = Expr(fit.free("min_delta"))
        sign = min_delta.wrapped(15)
        larger = min_delta.wrapped(OR)
        before.append(f"{delta} = {larger} if {watched.compare} is operator.gt else -{sign}")
        min_delta = delta
    best = fit.free(f"best_{watched.name}")
    wait = fit.free("wait")
    better = first_or(fit, best, watched.better(best, min_delta))
    worst = watched.worst if fit.keras == "2" else "None"
    limit = "1" if patience.is_const(0) else patience.wrapped(BITOR)
    ends = f"{wait} >= {limit}"
    if fit.keras == "2" and (not patience.known or patience.is_const(0, 1)):
        ends += f" and {fit.epoch} > 0"
    begins, improved, comment = {best: worst}, {best: value}, "# Stop early"
    if best_epoch := fit.free("best_epoch") if "best_epoch" in fit.asked else "":
        begins[best_epoch], improved[best_epoch] = "0", fit.epoch
    after: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()  # where only the program knows whether it goes back to them
    if weights := "" if restore_best_weights.is_const(False, None) else fit.free("best_weights"):
        begins[weights], copied = "None", f"copy.deepcopy({fit.model}.state_dict())"
        after = (f"{fit.model}.load_state_dict({weights})",)
        comment = "# Stop early, and go back to the best weights"
        if restore_best_weights.known:
            improved[weights] = copied
        else:
            chosen = (f"if {restore_best_weights}:", f"    {weights} = {copied}")
    waits: tuple[str, ...] = ()
    if baseline.is_const(None):
        improved[wait] = "0"
    else:
        baseline = evaluated_once(fit, baseline, "baseline", before)
        beats = watched.better(baseline.wrapped(11), min_delta)
        if may_be_none(baseline):
            beats = f"{baseline} is None or {beats}"
        waits = (f"{wait} = 0 if {beats} else {wait} + 1",)
    improves = [_assigned(improved), *waits]
    if len(improves[0]) > _WIDTH and weights in improved:
        longest = {weights: improved.pop(weights)}
        improves = [_assigned(improved), _assigned(longest), *waits]
    decision = [f"if {better}:", *(f"    {line}" for line in (*improves, *chosen))]
    decision += ["else:", f"    {wait} += 1"]
    if weights and fit.keras == "2":  # which takes no NaN for the best value
        lacks = f"{weights} is None"
        if chosen:
            lacks = f"{restore_best_weights.wrapped(5)} and {lacks}"
        first = {weights: copied} | ({best_epoch: fit.epoch} if best_epoch else {})
        decision += [f"    if {lacks}:", f"        {_assigned(first)}"]
    decision += [f"    if {ends}:", "        break"]
    begins[wait] = "0"
    if stopped := fit.free("stopped_epoch") if "stopped_epoch" in fit.asked else "":
        begins[stopped] = "0"
        decision.insert(-1, f"        {stopped} = {fit.epoch}")
    if not start_from_epoch.is_const(0):
        begin = start_from_epoch.wrapped(BITOR)
        decision = [f"if {fit.epoch} >= {begin}:", *(f"    {d}" for d in decision)]
    counted = fit.first == "0" and not fit.epochs.isdigit()  # there is an epoch at least
    if fit.first.isdigit() and fit.epochs.isdigit():
        counted = int(fit.first) < int(fit.epochs)
    if after and (chosen or not start_from_epoch.is_const(0) or not counted):  # none may be left
        after = (f"if {weights} is not None:", f"    {after[0]}")
    return Hooks(
        (*before, _assigned(begins)),
        epoch_end=(*watched.picks, comment, *decision),
        after=after,
        reads=watched.reads,
        looks_if=watched.looks_if,
        lacking=(),
        note=watched.note,
        order=STOPS,
        answers=(
            *(("stopped_epoch", stopped), ("best_epoch", best_epoch), ("best", best)),
            *(("wait", wait), ("patience", str(patience)), ("monitor", str(monitor))),
        ),
    )


def _assigned(values: dict[str, str]) -> str:
    """One statement that gives some variables their values."""
    return f"{', '.join(values)} = {', '.join(values.values())}"


_WIDTH = 80  #: of a statement that stands in a loop and a condition, and should stay one line


@callback(
    "ReduceLROnPlateau",
    changes_rate=True,
    aliases={"epsilon": "min_delta"},
    attributes=("best", "monitor", "factor", "patience", "min_lr"),
)
def reduce_lr_on_plateau(
    fit: Fit,
    monitor: Param = "val_loss",
    factor: Param = 0.1,
    patience: Param = 10,
    verbose: Param = 0,
    mode: Param = "auto",
    min_delta: Param = 1e-4,
    cooldown: Param = 0,
    min_lr: Param = 0.0,
) -> Hooks:
    """Torch counts the epochs that it waits one later, and compares relatively by default."""
    if warning := lacking(fit, monitor, mode):
        return Hooks(logs=(_rate(fit),), warns=f"{warning} it leaves the learning rate as it is")
    min_delta = min_delta if fit.keras == "2" else above_zero(min_delta)
    watched = monitored(fit, monitor, mode, compares=False)
    value = watched.value
    waits, pause = one_less(patience), one_less(cooldown)
    plateau = fit.free("plateau")
    way, before = '"max"' if watched.larger else "", list(watched.before)
    if isinstance(watched.larger, str):
        way = f'"max" if {watched.larger} else "min"'
        if " or " in watched.larger:
            before.append(f"{(named := fit.free('plateau_mode'))} = {way}")
            way = named
    made = call(
        "torch.optim.lr_scheduler.ReduceLROnPlateau",
        Expr(fit.optimizer),
        **({"mode": Expr(way)} if way else {}),
        **unless(factor, 0.1, factor=factor),
        **unless(waits, 10, patience=waits),
        **unless(min_delta, 1e-4, threshold=min_delta),
        threshold_mode="abs",
        **unless(pause, 0, cooldown=pause),
        **unless(min_lr, 0, min_lr=min_lr),
        **({} if _stays_large(factor, min_lr) else {"eps": 0}),
    )
    steps: tuple[str, ...] = (f"{plateau}.step({value})",)
    if fit.exact and fit.keras != "2":
        steps = (
            "# To Keras 3, nothing is better than a first value of NaN",
            f"if {plateau}.last_epoch == 0 and math.isnan({value}):",
            f"    {plateau}.best, {plateau}.last_epoch = {value}, 1",
            "else:",
            f"    {steps[0]}",
        )
    return Hooks(
        (*before, f"{plateau} = {made}"),
        epoch_end=(*watched.picks, *steps),
        reads=watched.reads,
        looks_if=watched.looks_if,
        lacking=(),
        logs=(_rate(fit),),
        note=watched.note or ("" if fit.exact or fit.keras == "2" else _FROM_NAN),
        answers=(
            *(("best", f"{plateau}.best"), ("monitor", str(monitor)), ("factor", str(factor))),
            *(("patience", str(patience)), ("min_lr", str(min_lr))),
        ),
    )


#: Torch leaves a rate as it is that would change by no more than that: `eps`.
_SMALLEST_CHANGE = 1e-8


def _stays_large(factor: Expr, min_lr: Expr) -> bool:
    """Whether each reduction of a rate that is above the smallest one is one for torch, too."""
    if not (factor.known and min_lr.known and 0 < factor.value < 1):
        return False
    return bool(min_lr.value * (1 - factor.value) / factor.value > _SMALLEST_CHANGE)


_FROM_NAN = "where its first value is NaN, Keras 3 takes no later one for better, torch does"


def _rate(fit: Fit) -> tuple[str, str]:
    return fit.rate, f'{fit.optimizer}.param_groups[0]["lr"]'


@callback("LearningRateScheduler", changes_rate=True)
def learning_rate_scheduler(fit: Fit, schedule: Param, verbose: Param = 0) -> Hooks:
    """The same."""
    group = fit.free("group")
    rate = fit.called(schedule, (fit.epoch, f'{group}["lr"]'))
    return Hooks(
        epoch_start=(
            f"for {group} in {fit.optimizer}.param_groups:",
            f'    {group}["lr"] = {rate}',
        ),
        logs=(_rate(fit),),
    )


@callback("TerminateOnNaN")
def terminate_on_nan(fit: Fit, raise_error: Param = False) -> Hooks:
    """Looked at after the epoch, not after each batch: the weights are lost either way."""
    loss = fit.values["loss"]
    ends = "break"
    if not raise_error.known:
        raise Unsupported("raise_error is only known at run time")
    if raise_error.value:
        ends = f'raise RuntimeError(f"the loss is {{{loss}}}")'
    return Hooks(
        epoch_end=(f"if not math.isfinite({loss}):", f"    {ends}"),
        reads=("loss",),
        order=STOPS + 1,
        note="the loss is looked at after the epoch, in Keras after each batch, which ends it",
    )


@callback(
    "LambdaCallback",
    aliases={"on_batch_begin": "on_train_batch_begin", "on_batch_end": "on_train_batch_end"},
)
def lambda_callback(
    fit: Fit,
    on_epoch_begin: Param = None,
    on_epoch_end: Param = None,
    on_train_begin: Param = None,
    on_train_end: Param = None,
    on_train_batch_begin: Param = None,
    on_train_batch_end: Param = None,
) -> Hooks:
    """The functions are called in the loop, those for each batch in that over the batches."""

    def in_batch(function: Expr, logs: str) -> tuple[str, ...]:
        if function.is_const(None):
            return ()
        return unless_none(function, fit.called_in_batch(function, (BATCH, logs)))

    def line(function: Expr, *arguments: str) -> tuple[str, ...]:
        if function.is_const(None):
            return ()
        return unless_none(function, fit.called(function, arguments))

    return Hooks(
        line(on_train_begin, "{}"),
        line(on_epoch_begin, fit.epoch, "{}"),
        line(on_epoch_end, fit.epoch, fit.logs),
        line(on_train_end, fit.logs),
        reads=tuple(fit.values),
        batch_start=in_batch(on_train_batch_begin, "{}"),
        batch_end=in_batch(on_train_batch_end, BATCH_LOGS),
    )


@callback("CSVLogger")
def csv_logger(fit: Fit, filename: Param, separator: Param = ",", append: Param = False) -> Hooks:
    """The same file."""
    if fit.sometimes or fit.perhaps:
        raise Unsupported("CSVLogger beside a callback that adds values under a condition")
    table, log = fit.free("csv_file"), fit.free("csv_log")
    values = {**fit.values, **fit.logged, **fit.added}
    keys = sorted(values)
    missing = not any(key.startswith("val_") for key in keys)
    if missing:
        values |= {f"val_{key}": '"NA"' for key in keys}
        keys += [f"val_{key}" for key in keys]
    head = ", ".join(f'"{key}"' for key in ["epoch", *keys])
    row = ", ".join([fit.epoch, *(values[key] for key in keys)])
    made = call("csv.writer", Expr(table), **unless(separator, ",", delimiter=separator))
    mode = f'"a" if {append} else "w"'
    if append.known:
        mode = '"a"' if append.value else '"w"'
    header = [f"{log}.writerow([{head}])"]
    if not append.is_const(False):
        header = [f"if {table}.tell() == 0:", f"    {header[0]}"]
    return Hooks(
        (
            f'{table} = open({filename}, {mode}, newline="")',
            f"{log} = {made}",
            *header,
        ),
        epoch_end=(f"{log}.writerow([{row}])", f"{table}.flush()"),
        after=(f"{table}.close()",),
        reads=tuple(fit.values),
        order=0 if fit.added else -1,
        writes=True,
        note=_NO_VALIDATION if missing and fit.rate == "lr" else "",
    )


_NO_VALIDATION = "columns of NA stand for a validation that there isn't; older Keras 2 writes none"


@callback("BackupAndRestore", ignored=("save_before_preemption",))
def backup_and_restore(
    fit: Fit,
    backup_dir: Param,
    save_freq: Param = "epoch",
    double_checkpoint: Param = False,
    delete_checkpoint: Param = True,
) -> Hooks:
    """The same decisions; the file is torch's."""
    if not save_freq.is_const("epoch"):
        raise Unsupported("BackupAndRestore between the batches of an epoch")
    if "batch_numbers" in fit.states:
        raise Unsupported("BackupAndRestore between the batches of a step")
    if not double_checkpoint.is_const(False):
        raise Unsupported("BackupAndRestore with two checkpoints")
    if not delete_checkpoint.known:
        raise Unsupported("delete_checkpoint is only known at run time")
    backup, path = fit.free("backup"), fit.free("backup_path")
    start, made = fit.free("start_epoch"), f'os.path.join({backup_dir}, "latest.pt")'
    if backup_dir.known and not backup_dir.text.isidentifier():
        made = literal(f"{backup_dir.value}/latest.pt")
    states = ", ".join(f'"{key}": {name}.state_dict()' for key, name in fit.states.items())
    return Hooks(
        (
            f"os.makedirs({backup_dir}, exist_ok=True)",
            f"{path} = {made}",
            f"{start} = {fit.first}",
            f"if os.path.exists({path}):",
            "    # Go on where an earlier run was interrupted",
            f"    {backup} = torch.load({path}, map_location={fit.device})",
            *(f'    {name}.load_state_dict({backup}["{key}"])' for key, name in fit.states.items()),
            f'    {start} = {backup}["epoch"]',
        ),
        epoch_end=(
            f'{backup} = {{"epoch": {fit.epoch} + 1, {states}}}',
            f"torch.save({backup}, {path})",
        ),
        after=(f"shutil.rmtree({backup_dir})",) if delete_checkpoint.value else (),
        first=start,
    )


@callback("TensorBoard", ignored=("histogram_freq", "write_graph", "update_freq", "profile_batch",
                                  "write_images", "embeddings_freq", "write_steps_per_second",
                                  "embeddings_metadata", "write_grads", "batch_size",
                                  "embeddings_layer_names", "embeddings_data"))  # fmt: skip
def tensor_board(fit: Fit, log_dir: Param = "logs") -> Hooks:
    """The values of each epoch; weights, graph and profile are not written."""
    if fit.perhaps:
        raise Unsupported("TensorBoard beside a callback that adds values in some epochs")
    writer = fit.free("writer")
    lines = [
        f'{writer}.add_scalar("{key}", {value}, {fit.epoch})'
        for key, value in {**fit.values, **fit.added}.items()
    ]
    return Hooks(
        (f"{writer} = SummaryWriter({log_dir})",),
        epoch_end=tuple(lines),
        after=(f"{writer}.close()",),
        reads=tuple(fit.values),
        note="the values of each epoch are written, no graph, weights, embeddings or profile",
        writes=True,
    )


@callback("SwapEMAWeights")
def swap_ema_weights(fit: Fit, swap_on_epoch: Param = False) -> Hooks:
    """The averages are a model of their own, which is validated."""
    if not fit.averages:
        raise Unsupported("SwapEMAWeights without an optimizer that keeps averages: use_ema=True")
    if not swap_on_epoch.known:
        raise Unsupported("swap_on_epoch is only known at run time")
    return Hooks(averaged=True, swaps=bool(swap_on_epoch.value))


@callback("History")
def history(fit: Fit) -> Hooks:
    """What `fit` gives; of another `fit`, the same object goes on."""
    return Hooks(alone=True)


@callback(
    "ProgbarLogger", "BaseLogger", "Callback",
    ignored=("count_mode", "stateful_metrics"),
)  # fmt: skip
def nothing(fit: Fit) -> Hooks:
    """What the loop does anyway."""
    return Hooks()
