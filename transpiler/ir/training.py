"""What rules say about training: losses, metrics, optimizers, schedules and callbacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from enum import Enum

from transpiler.ir.expr import Expr
from transpiler.record import record


class Targets(Enum):
    """What a loss wants to compare the output with."""

    LIKE = "like"  #: floating point numbers, of the shape of the output
    CLASSES = "classes"  #: one integer in the place of the output's last axis


#: The method of a model that gives what its last activation is applied to.
LOGITS = "forward_logits"
#: The method that gives these or its outputs, and what activity regularizers add to the loss.
PENALIZED = "forward_with_penalty"
#: What that is called in `forward` and in the loops.
ACTIVITY = "activity_penalty"


@record(frozen=True, slots=True)
class Prediction:
    """What a loss or a metric sees of the model: the names in the loop, and what is known."""

    output: Expr
    targets: Expr
    activation: str = ""  #: what the model ends with: "softmax", "sigmoid" or nothing of these
    droppable: bool = False  #: whether the loss can take what that is applied to
    rank: int | None = None  #: axes of the output, the batch included
    units: int | None = None  #: the size of its last axis
    elementwise: bool = False  #: whether the loss must not yet be averaged, since weights follow
    logits: bool = False  #: the output is in logits: the activation is not in it
    classes: bool = False  #: the targets are classes
    several: bool = False  #: the loss says that there are several classes
    one_hot: bool = False  #: each row of the targets surely has a single 1, and zeros
    column: bool = False  #: the targets surely are a column: an array with one number in each row
    #: they surely have one axis, which only says whether a metric is sure to be right
    flat: bool = field(default=False, compare=False)
    matching: bool = False  #: the targets surely are none, beside several outputs
    exact: bool = False  #: whether small differences are not taken
    #: the targets may have an axis of one number behind those of the output, as windows of a series
    deeper: bool = False
    spread: bool = False  #: they surely are one number, for each of the steps of the output
    #: they may have other axes than the output, as only the run tells: Keras makes them fit
    open: bool = False
    aligned: bool = False  #: they surely have as many axes as the output
    #: what `reshape` makes of targets `{0}` where the output has one number; "": they are a table
    column_shape: str = "-1, 1"
    weights: Expr | None = None  #: those of the samples, which count in a metric
    moved: bool = False  #: Keras 2 adds its epsilon to probabilities, of which it finds no logits

    @property
    def dim(self) -> int:
        """The axis of the classes, as a person writes it."""
        return 1 if self.rank == 2 else -1


@record(frozen=True, slots=True)
class Loss:
    """A criterion, and what it wants to be called with."""

    criterion: Expr
    targets: Targets = Targets.LIKE
    drops: bool = False  #: it works on logits: on what the model's last activation is applied to
    classes_first: bool = False  #: it wants the axis of the classes right after the batch
    per_sample: bool = False  #: unaveraged, it gives one number for each target
    targets_first: bool = False  #: it takes the targets before the output
    averaged: bool = True  #: it gives one number, unless weights follow
    whole: bool = False  #: it gives one number for a batch, which the mean of weights multiplies
    of_batch: bool = False  #: it compares samples with others of their batch
    several: bool = False  #: it compares classes, of which nobody has a single one
    paired: bool = False  #: Keras insists that the targets have as many numbers as the output
    summed: bool = False  #: it gives single numbers, of which the means of rows are added up
    smoothed: str = ""  #: what it is compared with, where that is not the targets: "{0} * 0.9"
    note: str = ""  #: what is assumed
    differs: str = ""  #: where it is not quite the same
    given: bool = False  #: a parameter holds it, another one in each call
    #: where the program makes those of which it is one, and what stands there instead
    places: tuple[tuple[tuple[int, int], str], ...] = ()


@record(frozen=True, slots=True)
class Metric:
    """Sums over the batches of an epoch, and what is made of them at its end."""

    name: str  #: its key in the history, where the program gives none
    sums: tuple[tuple[str, Expr], ...]  #: a variable, and what a batch adds to it
    #: Of the sums; `count` is the number of samples, `batches` that of batches.
    result: str = "{0} / {count}"
    label: str = ""  #: how a docstring calls it
    larger_is_better: bool = False
    helpers: frozenset[str] = frozenset()  #: emitted functions that it calls
    note: str = ""  #: what is assumed
    made: Expr | None = None  #: the object that its only sum is, which a batch updates
    array: bool = False  #: whether the result is an array of numbers, not one
    weighted: Metric | None = None  #: what it is where samples have weights, if these count in it


@record(frozen=True, slots=True)
class Optimizer:
    """How the optimizer is made; its learning rate may follow a schedule."""

    constructor: Expr
    momentum: bool = False  #: torch keeps the learning rate out of its momentum, Keras doesn't
    equal: bool = False  #: its steps are Keras's, also where the rule is only close
    #: The same, where ids repeat that a batch gives an embedding: how it is made then.
    by_id: Expr | None = None
    by_weight: bool = False  #: its steps depend on what is one weight, and on its dimensions
    by_name: str = ""  #: they depend on whether the path of a weight in Keras has this in it


@record(frozen=True, slots=True)
class Penalty:
    """What a regularizer adds to the loss for a weight: the factors of its sums."""

    square: Expr | None = None
    absolute: Expr | None = None
    orthogonal: Expr | None = None  #: of how far the rows of a matrix are from being orthogonal
    columns: bool = False  #: whether it is the columns that shall be
    own: Expr | None = None  #: instead, a function of the program's own: it is called on the weight
    ordered: bool = False  #: whether this one tells Keras's axes from each other

    @property
    def expressions(self) -> tuple[Expr, ...]:
        """All that the program gives it."""
        return tuple(one for one in (*self.factors, self.own) if one is not None)

    @property
    def factors(self) -> tuple[Expr | None, Expr | None, Expr | None]:
        """The factor of each sum."""
        return self.square, self.absolute, self.orthogonal

    def settled(self, settle: Callable[[Expr], Expr]) -> Penalty:
        """The same with other factors."""
        given = (*self.factors, self.own)
        square, absolute, orthogonal, own = (e if e is None else settle(e) for e in given)
        return Penalty(square, absolute, orthogonal, self.columns, own, self.ordered)

    @property
    def is_sum(self) -> bool:
        """Whether it adds nothing but sums over single numbers."""
        return self.orthogonal is None and self.own is None

    @property
    def is_nothing(self) -> bool:
        """Whether it adds nothing, as `L1L2()` does."""
        nothing = (factor is None or factor.is_const(0, 0.0) for factor in self.factors)
        return self.own is None and all(nothing)


@record(frozen=True, slots=True)
class Constraint:
    """What is done to a weight after each step: a statement with `{weight}` and `{dim}` in it.

    Also `{ordered}`, which is the weight with its axes in Keras's order, and `{back}`, which takes
    what is in that order back to torch's.
    """

    statement: str
    axes: tuple[int, ...] = ()  #: Keras's axes whose torch dimensions `{dim}` stands for
    helpers: frozenset[str] = field(default_factory=frozenset)


@record(frozen=True, slots=True)
class Schedule:
    """A learning rate that changes with each batch."""

    initial: Expr
    factor: Expr  #: of `step`, which counts from 0
    own: Expr | None = None  #: an object of the program's own that is asked for the rate


#: The variable that counts the batches of an epoch, from 0.
BATCH = "batch"
#: The variable for the values of an epoch so far.
BATCH_LOGS = "logs"

#: Where in the order of callbacks those come that stop the training.
STOPS = 10


@record(frozen=True, slots=True)
class Hooks:
    """Plain code in the places where a callback would be called."""

    before: tuple[str, ...] = ()  #: before the first epoch
    epoch_start: tuple[str, ...] = ()
    epoch_end: tuple[str, ...] = ()
    after: tuple[str, ...] = ()  #: after the last epoch
    reads: tuple[str, ...] = ()  #: the values of an epoch that it looks at: `val_loss`
    looks_if: str = ""  #: the condition under which alone these are values of a validation
    logs: tuple[tuple[str, str], ...] = ()  #: further entries of the history: key, expression
    #: the keys of what it adds to the values of an epoch, as those that come later see them
    adds: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()  #: those that it adds in some epochs only
    keeps: bool = False  #: whether it keeps the dict of the values, which others add to
    helpers: frozenset[str] = field(default_factory=frozenset)
    #: what it does when an epoch has ended without the values that it looks at; None: not known
    lacking: tuple[str, ...] | None = None
    note: str = ""  #: what is worth knowing of the difference
    warns: str = ""  #: what Keras warns of, and what is done about it
    order: int = 0  #: the larger, the later it comes at the end of an epoch
    stops: tuple[str, ...] = ()  #: at the end of an epoch, after all else
    stops_early: bool = False  #: whether that may be settled before the last batch of an epoch
    looks_at_stop: bool = False  #: whether it asks if the training stops, or has it go on
    batch_start: tuple[str, ...] = ()  #: in the function that trains for an epoch
    batch_end: tuple[str, ...] = ()  #: the same; `logs` are the values of the epoch so far
    takes: tuple[tuple[str, str], ...] = ()  #: what that function gets: parameter, argument
    test_start: tuple[str, ...] = ()  #: before each validation
    test_end: tuple[str, ...] = ()  #: after each validation
    #: the same as of `batch_start`, `batch_end` and `takes`, in the function that validates
    test_batch_start: tuple[str, ...] = ()
    test_batch_end: tuple[str, ...] = ()
    test_takes: tuple[tuple[str, str], ...] = ()
    averaged: bool = False  #: whether the averages of the weights are validated, not the weights
    swaps: bool = False  #: whether the callbacks after it see the averages in place of the weights
    writes: bool = False  #: whether it writes files, which one process of several does
    lasting: tuple[
        str, ...
    ] = ()  #: what of `before` a later `fit` with the same object goes on with
    sets_rate: bool = False  #: whether it may set the learning rate when an epoch has ended
    when: str = ""  #: the condition under which the program adds it
    alone: bool = False  #: whether no later `fit` can go on with the same object
    first: str = ""  #: the variable for the epoch with which training begins, if it sets one
    #: what the program may read of the callback when the training has ended: attribute, expression
    answers: tuple[tuple[str, str], ...] = ()


@record(frozen=True, slots=True)
class Fit:
    """What a callback sees of the loop that it becomes part of."""

    model: str
    optimizer: str
    epochs: str
    epoch: str  #: the variable that counts them, from 0
    values: dict[str, str]  #: key in the logs -> the variable that holds it
    better: dict[str, bool]  #: key in the logs -> whether more is better
    free: Callable[[str], str]  #: gives a variable a name that is not taken yet
    taken: set[str]  #: those names
    called: Callable[[Expr, tuple[str, ...]], str]  #: a function of the program, applied
    logs: str  #: the variable for the values of an epoch together, where somebody reads it
    filled: tuple[str, ...] = ()  #: the values that templates of the program name: `{epoch:02d}`
    rate: str = "learning_rate"  #: the key of the learning rate in the logs: "lr" in Keras 2
    logged: dict[str, str] = field(default_factory=dict)  #: what callbacks add to the values
    #: what those of the program put into them: key -> expression
    added: dict[str, str] = field(default_factory=dict)
    sometimes: set[str] = field(default_factory=set)  #: what they add under a condition
    perhaps: set[str] = field(default_factory=set)  #: what those of the program add in some epochs
    steps: str = ""  #: the number of batches of an epoch
    uneven: bool = False  #: whether some epochs may have fewer
    first: str = "0"  #: the epoch that it begins with
    free_in_epoch: Callable[[str], str] = str  #: the same in the function for an epoch
    #: The same as `called` for a function that is called with each batch.
    called_in_batch: Callable[[Expr, tuple[str, ...]], str] = lambda function, given: ""
    file: Callable[[str], str] = str  #: the name of torch's file for that of one of Keras's
    states: dict[str, str] = field(default_factory=dict)  #: what an interrupted run goes on with
    averages: str = ""  #: the model that holds averages of the weights, where they are kept
    keras: str = "auto"  #: which generation: "2", "3", or "auto" where it may be either
    exact: bool = False  #: whether the very numbers of Keras are wanted
    device: str = "device"
    named: dict[str, str] = field(default_factory=dict)  #: what callbacks have named, by its code
    asked: frozenset[str] = frozenset()  #: what the program reads of the callback after the loop
