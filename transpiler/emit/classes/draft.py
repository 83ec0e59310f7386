"""A class while it is written: its two programs, made ready to be read."""

from __future__ import annotations

from collections import Counter

from transpiler.emit.classes.contents import mentions, names_read_by, texts_of
from transpiler.emit.classes.kept_values import without_kept
from transpiler.emit.classes.module_loops import loop_over_modules
from transpiler.emit.classes.plan import ClassPlan, EmitError
from transpiler.emit.classes.settled_values import root_of, settled_paths, with_settled
from transpiler.emit.comments import Arrangement
from transpiler.emit.text import substitute_names
from transpiler.ir import tokens
from transpiler.ir.code import Comments, Construct, For, If, Line, Node, Return, While
from transpiler.ir.expr import Module, reads
from transpiler.passes.choices import merge_choices
from transpiler.passes.liveness import jumps_out, modules_used, prune, walk
from transpiler.passes.moves import straighten
from transpiler.passes.presence import ask_modules
from transpiler.passes.results import lean_results
from transpiler.passes.sinking import sink_constructions
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.lexical import blanked

#: An attribute of the object whose method builds the model.
_OF_SELF = regex(r"(?<![\w.])self\.[A-Za-z_]\w*")


def applied_modules(plan: ClassPlan) -> dict[str, Module]:
    """The modules that `forward` applies to what another method computes."""
    tokens_ = set(plan.activations.values())
    made = [n.module for n in walk(plan.init) if isinstance(n, Construct)] if tokens_ else []
    return {module.token: module for module in made if module.token in tokens_}


class ClassDraft:
    """A class while it is written: its two programs, and the names of what is in them."""

    def __init__(self, plan: ClassPlan) -> None:
        self.plan = plan
        forward, _ = prune(plan.forward, frozenset(), effects=False)
        forward = lean_results(straighten(forward, plan.renames))
        forward, live = prune(forward, frozenset(), effects=False)
        self.settled = settled_paths(plan, forward, live)
        last = applied_modules(plan)
        modules = modules_used(forward) | last
        wanted = frozenset(n for names_ in plan.attribute_names for n in names_)
        wanted |= reads(plan.label) if plan.label is not None else frozenset()
        wanted = wanted.union(*map(reads, plan.zeros), map(root_of, self.settled))
        init, _ = prune(plan.init, wanted, plan.effects, frozenset(modules) - set(plan.shared))
        init = sink_constructions(init, forward)
        init, forward = merge_choices(init, forward)
        forward, late = without_kept(plan, init, forward)
        forward = ask_modules(init, forward)
        forward = loop_over_modules(init, forward, plan.shared)
        forward = with_settled(forward, self.settled) if self.settled else forward
        forward, live = prune(forward, frozenset(), effects=False)
        self.late = [name for name in late if name in live]
        wanted |= frozenset(self.late)
        self.init, self.live_init = prune(
            init, wanted, plan.effects, frozenset(modules_used(forward) | last) - set(plan.shared)
        )
        self.forward = forward
        self.modules = modules_used(forward) | last
        self.stored = self._stored(live | plan.asked)
        self.taken: set[str] = set()
        self.taken_in_forward: set[str] = set()
        self.names: dict[str, str] = {}
        self.paths: dict[str, tuple[int, ...]] = {}
        self.attrs: dict[str, str] = {}
        self.bases: dict[str, str] = {}
        self.locals: dict[tuple[str, int], str] = {}
        self.comments: Arrangement | None = None
        self.read_from_self: dict[str, str] = {}
        self._check(live)
        self._check_methods()

    def _stored(self, live: frozenset[str]) -> list[str]:
        """The plain values that `forward` reads, and `__init__` keeps."""
        inputs = set(self.plan.inputs)
        return sorted(
            n for n in live if (n in self.plan.statics or n.startswith("self.")) and n not in inputs
        )

    def _check(self, live: frozenset[str]) -> None:
        """Refuse programs that read what is not there."""
        for name in (*self.live_init, *live):
            if name == tokens.NO_SIZE:
                raise EmitError("the size of a tensor that a layer needs is not known")
            if name in (tokens.ITEM, tokens.ITEMS):
                raise EmitError("a loop that is not understood")
        foreign = (live & self.plan.tensor_names) - set(self.plan.inputs)
        if foreign:
            raise EmitError("a tensor of another model is needed")
        changed = {d for n in walk(self.init) if isinstance(n, Line) for d in n.defs}
        for name in sorted(changed & self.plan.elsewhere):
            raise EmitError(f"`{name}` gets several values, and a function changes it, too")
        for name in (*self.live_init, *self.stored):
            if name.startswith("self.") and name in changed:
                raise EmitError("an attribute is changed while a model is built")
        for name in live:
            if name.startswith(tokens.SIZE):
                raise EmitError("a size that only `__init__` knows is needed in `forward`")
            if name.startswith(tokens.VARIABLE) and name not in self.plan.inputs:
                if tokens.is_evaluated_once(name):
                    raise EmitError(
                        f"`forward` needs an argument ({tokens.hint_of(name)}) whose evaluation "
                        "changes something, which `__init__` does"
                    )
                raise EmitError("a tensor is used before it is computed")
        named = (n for n in walk(self.forward) if isinstance(n, Line) and n.text)
        inputs = set(self.plan.inputs)
        others = (n for n in named if n.text.rpartition(" = ")[2] not in inputs)  # not unpacked
        if self.plan.starred and any(n.defs & inputs for n in others):
            raise EmitError("the list of inputs is something else before")
        for name in self.plan.required:
            if "." in name and not name.startswith("self."):
                raise EmitError(f"the class would need `{name}` of an object: name it before")
        for name in self.live_init:
            if name.startswith(tokens.SIZE) and name not in self.plan.sizes:
                raise EmitError("a size is used before it is known")
            if name.startswith(tokens.VARIABLE):
                raise EmitError("a list is used before it is known")
            if name.startswith("self.") and _hidden(self.init, name):
                plain = name.removeprefix("self.")
                raise EmitError(f"the class would need both `{plain}` and `{name}`")

    def _check_methods(self) -> None:
        """Refuse `self.method()`: the class has the object's attributes, not its methods."""
        nodes = [*walk(self.init), *walk(self.forward)]
        texts = [t for n in nodes for t in texts_of(n) if "self." in t]
        if not texts:
            return
        known = {*self.live_init, *self.stored, *self.plan.required}
        known |= {f"self.{name}" for name in self.settled.values()}
        known |= {d for n in nodes if isinstance(n, Line) for d in n.defs}
        for name in _OF_SELF.findall(blanked("\n".join(texts))):
            if name not in known:
                raise EmitError(
                    f"the class would need `{name}` of the object that builds the model"
                )

    def acts_before_jump(self, loop: int) -> bool:
        """Whether a round of a loop of `forward` does something before the loop may be left.

        That round is run too, so there has to be a place for it in each list of modules.
        """
        for node in walk(self.forward):
            if isinstance(node, (For, While)) and node.id == loop:
                first = next((i for i, n in enumerate(node.body) if jumps_out([n])), 0)
                inside = node.body[first] if node.body else None
                leaves = isinstance(inside, If) and _leaves_at_once(inside)
                return first > 0 or not leaves
        return False

    def arrange_comments(self) -> None:
        """Decide which statement carries which comments."""
        if self.plan.script is not None:
            self.comments = Arrangement(
                self.init, self.forward, self.plan.script, self.plan.staying
            )

    def comments_of(self, node: Node) -> Comments:
        """The comments that a statement carries."""
        return node.comments if self.comments is None else self.comments.of(node)

    @property
    def asked(self) -> set[str]:
        """Tokens of the modules of which `forward` asks if they are there."""
        found: set[str] = set()
        for node in walk(self.forward):
            if isinstance(node, If):
                found.update(m.token for m in node.test.modules)
        return found


def _leaves_at_once(branch: If) -> bool:
    """Whether a branch does nothing on the way on which it leaves a loop."""
    sides = [side for side in (branch.body, branch.orelse) if side and jumps_out(side)]
    return all(
        len(side) == 1 and (not isinstance(side[0], If) or _leaves_at_once(side[0]))
        for side in sides
    )


def _hidden(init: list[Node], attribute: str) -> bool:
    """Whether `__init__` reads an attribute after a variable took the name of its parameter."""
    plain = attribute.removeprefix("self.")
    changed = False
    for node in init:
        lines = [n for n in walk([node]) if isinstance(n, Line) and plain in n.defs]
        made = any(n.text != f"{plain} = {attribute}" for n in lines)
        made = made or any(isinstance(n, For) and plain in n.target_names for n in walk([node]))
        inside = made and not isinstance(node, Line)
        if (changed or inside) and attribute in names_read_by([node]):
            return True
        changed = changed or made
    return False


def coalesce_input(draft: ClassDraft) -> None:
    """`def forward(self, inputs): x = f(inputs)` is `def forward(self, x): x = f(x)`."""
    if len(draft.plan.inputs) != 1 or draft.plan.starred or draft.plan.keyed:
        return
    name = draft.plan.inputs[0]
    lines = [n for n in draft.forward if not isinstance(n, Return)]
    uses = [i for i, n in enumerate(draft.forward) if mentions(n, name)]
    if not uses or not lines:
        return
    permuted = 0
    first = draft.forward[uses[0]]
    if isinstance(first, Line) and first.defs == {name}:
        permuted = 1
    rest = uses[permuted:]
    if len(rest) != 1:
        return
    node = draft.forward[rest[0]]
    if not isinstance(node, Line) or len(node.defs) != 1 or not node.kills:
        return
    (target,) = node.defs
    if target == name or not (target.isidentifier() or target.startswith(tokens.VARIABLE)):
        return
    if any(mentions(n, target) for n in draft.forward[: rest[0]]):
        return
    same = node.text == f"{target} = {name}"
    if target != "x" and not target.startswith(f"{tokens.VARIABLE}x:") and not same:
        return
    if same:
        draft.forward = [n for n in draft.forward if n is not node]
    _rename_everywhere(draft, name, target)
    draft.plan.inputs = [target]


def _rename_everywhere(draft: ClassDraft, name: str, target: str) -> None:
    made: list[Node] = []
    for node in draft.forward:
        if isinstance(node, Line):
            text = node.text
            if name.startswith(tokens.VARIABLE):
                text = text.replace(name, target)
            else:
                text = substitute_names(text, {name: target})
                if text.startswith(f"{name} = "):
                    text = target + text[len(name) :]
            node = replace(
                node,
                text=text,
                defs=frozenset(target if d == name else d for d in node.defs),
                uses=frozenset(target if u == name else u for u in node.uses),
            )
        made.append(node)
    draft.forward = made


def adopt_sizes(draft: ClassDraft) -> None:
    """`def __init__(self, size): channels = size` is `def __init__(self, channels)`."""
    lines = [n for n in walk(draft.init) if isinstance(n, Line)]
    made = Counter(name for n in lines for name in n.defs)
    known = draft.plan.statics | {p[0] for p in draft.plan.parameters}
    for node in list(draft.init):
        if not isinstance(node, Line) or len(node.defs) != 1 or any(node.comments.leading):
            continue
        (name,) = node.defs
        token = node.text.removeprefix(f"{name} = ")
        free = made[name] == 1 and name not in known and name.isidentifier()
        if free and token in draft.plan.sizes and token not in draft.names:
            draft.names[token] = name
            draft.init = [n for n in draft.init if n is not node]
