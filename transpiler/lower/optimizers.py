"""The optimizer of a `compile`, its schedule, and how gradients are cut."""

from __future__ import annotations

from collections.abc import Callable

from transpiler.diagnostics import Fidelity
from transpiler.interpret.control.picked_rates import is_picked
from transpiler.interpret.values import Function, Static, UserClass, Value
from transpiler.ir.expr import Configured, Expr, expr, infix, ternary
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Optimizer, Schedule
from transpiler.lower.binding import Use, only, use_of
from transpiler.record import record, replace
from transpiler.registry import Rules

#: Arguments of an optimizer that say how gradients are cut, and what torch does then.
CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")

#: Optimizers of Keras whose steps don't depend on how many there were before.
_COUNTLESS = frozenset({"sgd", "rmsprop", "adagrad", "adadelta", "ftrl", "lion"})

_STEP = Expr("step")
_MOMENTUM = "torch applies the rate of a step to all of its momentum, Keras to its gradient"


#: What torch and the emitted optimizers without its small differences clip norms with.
_CLIPPERS = {False: "nn.utils.clip_grad_norm_", True: "clip_norm"}


@record(frozen=True, slots=True)
class Averaging:
    """The moving averages that `use_ema` keeps of the weights."""

    momentum: Expr
    frequency: Expr | None  #: after how many batches the weights become them each time
    begins: bool = False  #: whether they begin with the weights before the first step


@record(frozen=True, slots=True)
class Optimizing:
    """What steps the weights."""

    optimizer: Optimizer
    use: Use
    schedule: Schedule | None = None
    clipping: tuple[tuple[str, Expr], ...] = ()
    unclipped: frozenset[str] = frozenset()  #: the bounds of these that may be none
    clipper: str = ""  #: the function that clips norms
    notes: tuple[str, ...] = ()  #: the small differences that it has
    assumed: str = ""  #: of what picks it when the program runs
    scaling: dict[str, Expr] | None = None  #: of the loss: what the scaler is made with
    averaging: Averaging | None = None  #: of the weights, beside them
    accumulation: Expr | None = None  #: of how many batches a step takes the mean gradient
    legacy: bool = False  #: whether it is one of Keras 2's first optimizers
    decay: Expr | None = None  #: by how much steps are smaller, of a rate that others set or read

    @property
    def remembers(self) -> bool:
        """Whether its steps depend on those before."""
        made = self.optimizer.constructor.text
        changes = self.schedule is not None or self.decay is not None
        return not made.startswith("torch.optim.SGD(") or "momentum=" in made or changes

    @property
    def counts(self) -> bool:
        """Whether a step without gradients changes something, the next steps at least."""
        name = self.use.symbol.rpartition(".")[2].lower()
        decays = "weight_decay=" in self.optimizer.constructor.text
        often = self.averaging is not None and self.averaging.frequency is not None
        others = (self.schedule, self.decay, self.accumulation)
        return name not in _COUNTLESS or decays or often or any(x is not None for x in others)

    @property
    def companions(self) -> tuple[str, ...]:
        """What stands beside the optimizer, by the names that the emitted functions have for it."""
        wanted = {
            "scheduler": self.schedule,
            "scaler": self.scaling,
            "averaged": self.averaging,
            "batch_numbers": self.accumulation,
        }
        return tuple(name for name, value in wanted.items() if value is not None)

    def told(self, readable: Callable[[Expr, str], Expr]) -> Optimizing:
        """With what a step reads, as the functions that train can read it."""
        clipping = tuple((name, readable(bound, name)) for name, bound in self.clipping)
        batches = self.accumulation
        if batches is not None:
            batches = readable(batches, "gradient_accumulation_steps")
        return replace(self, clipping=clipping, accumulation=batches)

    @property
    def helpers(self) -> frozenset[str]:
        """The emitted functions that clip the gradients, and let the rate decay."""
        norms = any(name.endswith("clipnorm") for name, _ in self.clipping)
        clippers = {self.clipper} - {_CLIPPERS[False]} if norms else set()
        return frozenset(clippers | ({"decay_rate"} if self.decay is not None else set()))


def lower_optimizer(
    rules: Rules,
    value: Value,
    parameters: Expr,
    exact: bool,
    changes: bool,
    precision: str = "",
    keras: str = "auto",
    asked: bool = False,
) -> Optimizing:
    """The optimizer of some parameters; `changes` if its rate is set, `asked` if it is read.

    Under a policy of float16, Keras scales the loss, also where the program doesn't say so.
    """
    inner, scaling = _unscaled(value)
    if scaling is None and precision == "float16":
        scaling = {}
    made = _optimizer(rules, inner, parameters, exact, changes, keras, asked)
    made = replace(made, scaling=scaling)
    if made.averaging is not None and scaling is not None:
        raise Unsupported("averages of weights whose steps are left out where gradients overflow")
    if made.accumulation is not None and scaling is not None:
        raise Unsupported("gradients of several batches, some of which may overflow")
    given = inner.expr.value if isinstance(inner, Static) else None
    named = dict(given.kwargs) if isinstance(given, Configured) else {}
    if keras == "2" and not made.legacy and "lr" in named:
        made = replace(made, notes=(*made.notes, f"{made.use.symbol}: {_NO_LR}"))
    if precision:
        notes = (*made.notes, _AUTOCAST.format(precision))
        if precision == "float16" and made.schedule is not None:
            notes = (*notes, _SKIPPED)
        made = replace(made, notes=notes)
    return made


_NO_LR = (
    "Keras from 2.11 on ignores `lr`, and takes its default rate; here it is the rate, as before"
)
_AUTOCAST = (
    "torch.autocast runs products and convolutions in {}, Keras every layer that has no dtype of "
    "its own"
)
_SKIPPED = "a step that is left out, since gradients overflow, counts for the schedule, too"
#: What a LossScaleOptimizer is told, and how torch's scaler calls that.
_ORDER = {
    False: ("inner_optimizer", "initial_scale", "dynamic_growth_steps"),
    True: ("inner_optimizer", "dynamic", "initial_scale", "dynamic_growth_steps"),  # of Keras 2
}
_SCALING = {"initial_scale": "init_scale", "dynamic_growth_steps": "growth_interval"}


def _unscaled(value: Value) -> tuple[Value, dict[str, Expr] | None]:
    """The optimizer in a LossScaleOptimizer, and how the loss is scaled."""
    made = value.expr.value if isinstance(value, Static) else None
    if not isinstance(made, Configured) or not made.name.endswith(".LossScaleOptimizer"):
        return value, None
    order = _ORDER[len(made.args) > 1 and isinstance(made.args[1].value, bool)]
    given = dict(zip(order, made.args, strict=False)) | dict(made.kwargs)
    given.pop("name", None)
    inner = given.pop("inner_optimizer", None) or given.pop("optimizer", None)
    whether = given.pop("dynamic", expr(True))
    kind = given.pop("loss_scale", expr("dynamic"))
    is_dynamic = whether.is_const(True) and kind.is_const("dynamic")
    if inner is None or len(made.args) > len(order) or not is_dynamic:
        raise Unsupported("a LossScaleOptimizer whose scale is fixed, or not known")
    if unknown := sorted(given.keys() - _SCALING.keys()):
        raise Unsupported(f"a LossScaleOptimizer: the argument {unknown[0]} is not translated")
    return Static(inner), {_SCALING[name]: given[name] for name in _SCALING if name in given}


def _optimizer(
    rules: Rules,
    value: Value,
    parameters: Expr,
    exact: bool,
    changes: bool,
    keras: str,
    asked: bool,
) -> Optimizing:
    use = use_of(rules.optimizers, "keras.optimizers", value, "the optimizer")
    _refuse_others(use)
    given = ((n, use.others[n]) for n in CLIPPING if n in use.others)
    clipping = tuple((n, v) for n, v in given if not _clips_nothing(v))
    decay = use.others.get("decay", expr(None))
    decays = not decay.is_const(None, 0, 0.0)
    accumulation = use.others.get("gradient_accumulation_steps", expr(None))
    accumulates = not accumulation.is_const(None, 0)
    schedule = _scheduled(rules, use, _last_of(accumulation) if accumulates else _STEP)
    if decays and (schedule is not None or use.rule.names[0].endswith("Nadam")):
        raise Unsupported(f"{use.symbol}: decay with a schedule of its own")
    if decays and not (changes or asked):
        schedule = _decaying(use, decay)
    if schedule is not None:
        use = replace(use, arguments={**use.arguments, "learning_rate": schedule.initial})
    legacy = not decay.is_const(None) or ".legacy." in use.symbol  # the new ones have no `decay`
    made: Optimizer = use.build(parameters, exact=exact, legacy=legacy)
    if made.momentum and (changes or (schedule is not None and not decays)):
        made = use.build(parameters, exact=True, legacy=legacy)
        if made.momentum:
            raise Unsupported(f"{use.symbol}: momentum with a learning rate that changes")
    notes = _differences(made, use, schedule is not None, [] if exact else [n for n, _ in clipping])
    return Optimizing(
        made,
        use,
        schedule,
        clipping,
        clipper=_CLIPPERS[exact],
        notes=notes,
        averaging=_averaging(use, keras),
        accumulation=accumulation if accumulates else None,
        legacy=legacy,
        decay=decay if decays and schedule is None else None,
    )


def _clips_nothing(bound: Expr) -> bool:
    """Whether Keras takes a bound for none: it wants one above zero."""
    value = bound.value if bound.known else 1.0
    return value is None or (isinstance(value, (int, float)) and value <= 0)


def _averaging(use: Use, keras: str) -> Averaging | None:
    """The averages that it is told to keep."""
    whether = use.others.get("use_ema", expr(False))
    if whether.is_const(False, None):
        return None
    if not whether.is_const(True):
        raise Unsupported(f"{use.symbol}: whether it keeps averages is only known at run time")
    momentum = use.others.get("ema_momentum", expr(0.99))
    frequency = use.others.get("ema_overwrite_frequency")
    if frequency is not None and frequency.is_const(None):
        frequency = None
    names = [*momentum.names, *(frequency.names if frequency is not None else ())]
    if names and frequency is not None:
        raise Unsupported(f"{use.symbol}: ema_overwrite_frequency={frequency}")
    return Averaging(momentum, frequency, keras == "2")


#: What all optimizers take besides, and what it is where nothing comes of it.
_IDLE: dict[str, tuple[object, ...]] = {
    "use_ema": (False, True),
    "ema_momentum": (0.99,),
    "jit_compile": (True, False),
}
#: What is looked at elsewhere; `loss_scale_factor` is taken out of the gradients again.
_LOOKED_AT = (
    "ema_momentum", "ema_overwrite_frequency", "gradient_accumulation_steps", "loss_scale_factor",
    "use_ema",
)  # fmt: skip


def _refuse_others(use: Use) -> None:
    """Refuse arguments that nobody looks at, but for defaults of what all optimizers take."""
    idle = [n for n, v in use.others.items() if n in _IDLE and v.is_const(*_IDLE[n])]
    only(use, "name", "decay", *CLIPPING, *idle, *_LOOKED_AT)


def _last_of(batches: Expr) -> Expr:
    """The last batch of a step that takes several, counted from 0 as its schedule counts them."""
    return infix(infix(infix(_STEP, "+", 1), "*", batches), "-", 1)


def _scheduled(rules: Rules, use: Use, step: Expr) -> Schedule | None:
    """The schedule of learning rates that it is given."""
    rate = use.arguments.get("learning_rate")
    if rate is not None and (isinstance(rate.value, Function) or rate.text.startswith("lambda")):
        raise Unsupported(f"{use.symbol}: a function that gives the learning rate")
    if rate is not None and isinstance(rate.value, UserClass):
        return Schedule(expr(1.0), expr(1.0), rate)
    if rate is None or not isinstance(rate.value, Configured):
        return None
    return _schedule(rules, rate, step)


def _schedule(rules: Rules, rate: Expr, step: Expr) -> Schedule:
    """A schedule, one that a condition picks, or a number, which stays what it is."""
    if not isinstance(rate.value, Configured):
        return Schedule(rate, expr(1.0))
    if is_picked(rate):
        test, *rates = rate.value.args
        one, other = (_schedule(rules, each, step) for each in rates)
        initial = ternary(test, one.initial, other.initial)
        return Schedule(initial, ternary(test, one.factor, other.factor))
    package = "keras.optimizers.schedules"
    schedule = use_of(rules.schedules, package, Static(rate), "the learning rate")
    only(schedule, "name")
    made: Schedule = schedule.build(step)
    return made


def rate_after(rules: Rules, made: Expr) -> Expr:
    """The learning rate of one of Keras's schedules, of `step`, which counts from 0."""
    schedule = _schedule(rules, made, _STEP)
    return infix(schedule.initial, "*", schedule.factor)


def own_schedule(value: Value | None) -> UserClass | None:
    """The class of the program's own that gives an optimizer its learning rate."""
    made = value.expr.value if isinstance(value, Static) else None
    given = [*made.args, *(v for _, v in made.kwargs)] if isinstance(made, Configured) else []
    found = (own_schedule(Static(argument)) for argument in given)
    rates = (argument.value for argument in given if isinstance(argument.value, UserClass))
    return next(rates, None) or next((one for one in found if one is not None), None)


def _differences(made: Optimizer, use: Use, changing: bool, clipping: list[str]) -> tuple[str, ...]:
    """Where torch's optimizer steps a little differently."""
    found = []
    if use.rule.fidelity is Fidelity.CLOSE and not made.equal:
        found.append(f"{use.symbol}: {use.rule.note}")
    if changing and made.momentum:
        found.append(f"{use.symbol}: {_MOMENTUM}")
    if any(name.endswith("clipnorm") for name in clipping):
        found.append("torch adds 1e-6 to the norm of a gradient before it is clipped by that")
    return tuple(found)


def _decaying(use: Use, decay: Expr) -> Schedule:
    """Keras 2's `decay`: the rate over one plus so much for each step."""
    rate = use.arguments.get("learning_rate")
    if rate is None:
        rate = expr(use.rule.signature.parameters["learning_rate"].default)
    return Schedule(rate, infix(1, "/", infix(1, "+", infix(decay, "*", _STEP))))
