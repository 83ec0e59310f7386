"""Progress bars that programs move by themselves."""

from __future__ import annotations

from rules.emitted import emitted
from transpiler.ir.expr import Expr
from transpiler.ir.tensor import Unsupported
from transpiler.record import replace
from transpiler.rule import Param, helper, source, unless


@source("keras.utils.Progbar", "keras.utils.generic_utils.Progbar")
def progbar(
    target: Param,
    width: Param = 20,
    verbose: Param = 1,
    interval: Param = 0.05,
    stateful_metrics: Param = None,
    unit_name: Param = "step",
) -> Expr:
    """A bar of tqdm, with the means of what it is told beside it."""
    if not verbose.is_const(0, 1, 2, True, False):
        raise Unsupported("whether the bar is shown is only known at run time")
    options = {
        **unless(stateful_metrics, None, latest=stateful_metrics),
        **unless(unit_name, "step", unit=unit_name),
        **({} if verbose.value else {"disable": True}),
    }
    bar = helper("ProgressBar", target, **options)
    return replace(bar, helpers=bar.helpers | {f"ProgressBar.{name}" for name in options})


emitted(
    "ProgressBar",
    '''
class ProgressBar:
    """A bar over so many steps, with the means of the values that it is told."""

    def __init__(
        self,
        target,
        latest=(),  #? latest
        **options,  #? unit disable
    ):
        self.bar = tqdm(total=target, **options)  #? unit disable
        self.bar = tqdm(total=target)  #? !unit disable
        self.latest = latest  # the names of values that are shown as they are  #? latest
        self.seen = 0
        self.sums = {}

    def update(self, current, values=None, finalize=None):
        """Go on to a step."""
        steps = max(current - self.seen, 1)
        for name, value in values or ():
            total, count = self.sums.get(name, (0.0, 0))
            total, count = total + value * steps, count + steps
            if name in self.latest:  #? latest
                total, count = value, 1
            self.sums[name] = total, count
        means = {name: total / count for name, (total, count) in self.sums.items()}
        self.bar.set_postfix(means, refresh=False)
        self.bar.update(current - self.seen)
        self.seen = current
        if finalize or (finalize is None and current == self.bar.total):
            self.bar.close()

    def add(self, n, values=None):  #? .add
        """Go on by so many steps."""
        self.update(self.seen + n, values)
''',
    (),
    "from tqdm import tqdm",
    early=True,
)
