"""What a file imports from other files of the same project."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeAlias

import libcst as cst

from transpiler.emit.builder_tables import is_builder_table
from transpiler.emit.fold import fold
from transpiler.emit.lent import lent
from transpiler.emit.planning import plan_file
from transpiler.emit.rendering import render
from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.compiled_elsewhere import (
    calls_in,
    compile_lines,
    line_before,
    with_lines,
)
from transpiler.interpret.functions.copied import COPIED
from transpiler.interpret.functions.wishes import Wish, is_of
from transpiler.interpret.program import interpret, interpret_functions
from transpiler.interpret.region import GiveUp
from transpiler.interpret.statements.brought import Widened, with_parts
from transpiler.interpret.values import (
    COMPUTED,
    Framework,
    Function,
    Static,
    UserClass,
    Value,
    is_computed,
    is_plain,
)
from transpiler.ir.expr import Expr, expr
from transpiler.ir.pipeline import Elsewhere
from transpiler.options import Options
from transpiler.record import replace
from transpiler.refusals import refuse, refusing, waits_for_marks
from transpiler.regex import regex
from transpiler.registry import load_rules
from transpiler.source.files import decode, program_at
from transpiler.source.imported import locate, locate_run, read_text, real_path
from transpiler.source.importers import (
    importers_of_importers,
    importing_files,
    training_files,
    words_beside_imports,
)
from transpiler.source.lexical import skips
from transpiler.source.literals import computed, literals
from transpiler.source.modules import builds_models, goes_with_data, is_of_interest, may_go
from transpiler.source.replaced import Rewritten
from transpiler.source.rewritings.filled_lists import filled_lists
from transpiler.source.rewritings.given_by_one_call import made_in_class
from transpiler.source.rewritings.given_together import given_together
from transpiler.source.set_outside import set_when_run
from transpiler.source.shared_lines import apart
from transpiler.source.tree import Tree

if TYPE_CHECKING:
    from transpiler.source.passed_options import Spelled

#: Which line of a file another version of it has in some line.
LineOf: TypeAlias = Callable[[int], int]


def _composed(first: LineOf, second: LineOf | None) -> LineOf:
    """Which line of a file a line of a version of a version stands for."""
    return first if second is None else lambda line: first(second(line))


def _users(text: str, path: str) -> list[str]:
    """The files that mention what one defines, those that mention what these do, and so on."""
    found: dict[str, None] = {}
    pending = [(text, path)]
    while pending:
        text, path = pending.pop()
        names = "|".join(re.findall(r"^(?:def|class) (\w+)", text, re.MULTILINE))
        using = importing_files(path, rf"\b(?:{names})\b") if names else ()
        fresh = [other for other in using if other not in found]
        found |= dict.fromkeys(fresh)
        pending += [(read_text(other), other) for other in fresh]
    return list(found)


#: Where a function may get options for what trains a model: most files have none of it.
_PASSES_ON = regex(r"\*\* *\w+ *\)|callbacks *= *callbacks\b|def \w+\([^()]*\bcallbacks\b")
#: The dict of a function's keywords, and what may be asked of it by a key that is written there.
_GATHERED = regex(r"\*\* *(\w+)\s*(?::[^=)\n]+)?,?\s*\)\s*(?:->[^:\n]+)?:")
_ASKED = r"(?:\.(?:get|pop|setdefault)\(|\[)\s*[\"']"


def _reads_keywords(text: str) -> bool:
    """Whether functions may read their keywords one by one."""
    names = {*_GATHERED.findall(text)}
    return bool(names) and re.search(rf"\b(?:{'|'.join(names)}){_ASKED}", text) is not None


class Project:
    """Finds and interprets the modules that files import from each other."""

    #: The constants of files that have nothing to do with the framework, by path and time.
    constants: ClassVar[dict[tuple[Path, int], dict[str, Value]]] = {}

    #: What was interpreted before, by path, time of change, options, and whether layers carry
    #: their regularizers; shared by all runs.
    seen: ClassVar[dict[tuple[Path, int, Options, bool], FileContext | None]] = {}

    #: Those that are being interpreted.
    pending: ClassVar[set[tuple[Path, int, Options, bool]]] = set()

    def __init__(self, options: Options, marked: bool = False, site: int | None = 0) -> None:
        self.options = options
        self.site = site
        self.marked = marked
        self._importing: dict[str, FileContext] = {}  #: those files, by their real path
        self._circles: set[Path] = set()  #: those that were asked for while they were interpreted
        self._reserved: frozenset[str] = frozenset()  #: names that nothing new gets
        self._first = ""  #: the one that is converted
        self._visited: FileContext | None = None  #: it, with the guests that it has
        self._is_visited = False  #: whether it has them now
        self._for_others = False  #: whether a file is looked at for what others have of it

    def interpret(
        self, text: str, path: str, asked: bool = False, reasons: dict[str, str] | None = None
    ) -> FileContext:
        """What a file builds, and what each of its functions does.

        Asked for itself, it has in mind what other files want of its functions.
        """
        mark = None
        if self.marked:
            from transpiler.lower.marks import Marks  # most projects need none

            mark = Marks()
        wishes = self.wishes if asked else None
        tree, rules = Tree(text), load_rules()
        tree.reserve(self._reserved)
        site = self.site if asked or not path else None
        file = interpret(tree, self.options, rules, self.load, path, mark, wishes, reasons, site)
        interpret_functions(file)
        return file

    def versions(
        self,
        text: str,
        path: str,
        asked: bool = False,
        named: bool = False,
        settled: bool = False,
    ) -> Iterator[tuple[FileContext, LineOf | None]]:
        """A file with what it leaves to its callers and other files, and as it is at last.

        Also what tells the line of the file that a line of such a version stands for.
        """
        importing = partial(_texts_importing, path)
        found = None
        if not settled and "(" in text:  # what is written otherwise are calls
            from transpiler.source.rewritings.in_order import rewritten_once

            found = rewritten_once(text, path, importing)
        if found is not None:
            for file, line_of in self.versions(found.text, path, asked, named):
                yield file, _with_rewritten(file, found, line_of)
        reasons: dict[str, str] = {}  #: why options need not be spelled out, by function
        if not named and _reads_keywords(text):
            from transpiler.source.named_keywords import named_keywords  # most files don't need it

            if (spelled := named_keywords(text, importing, fold)) is not None:
                for file, line_of in self.versions(spelled.text, path, asked, True, settled=True):
                    file.named = True
                    yield file, _lines_of(spelled, line_of)
        if not _PASSES_ON.search(text):
            yield from self._widened(text, path, asked, reasons)
            return
        from transpiler.source.passed_options import spelled_out  # most files don't need it

        while (spelled := spelled_out(text, importing, fold, reasons)) is not None:
            left: dict[str, str] = {}
            more = [*_with_parts_inside(spelled.text, path)]
            for file, line_of in self._widened(
                more[-1].text if more else spelled.text, path, asked, reasons
            ):
                file.added += (*(call.text for call in spelled.calls),)
                for one in reversed(more):
                    line_of = _with_rewritten(file, one, line_of)
                file.spelled, left = spelled.calls, file.left
                yield file, _lines_of(spelled, line_of)
            if not left:
                break
            reasons |= left
        yield from self._widened(text, path, asked, reasons)

    def _widened(
        self, text: str, path: str, asked: bool, reasons: dict[str, str]
    ) -> Iterator[tuple[FileContext, LineOf | None]]:
        """A file with what functions of other files do for it, and as it is at last."""
        known = self._visited
        if known is not None and known.tree.text == text and not reasons:
            file, self._visited = known, None
        else:
            file = self.interpret(text, path, asked, reasons)
        try:
            if file.lent and not self._is_visited:
                yield from self._hosting(file, path, asked, reasons)
        except GeneratorExit:  # one of these is what is wanted
            file.release()
            raise
        yield from self._with_parts(file, path, asked, reasons)

    def _hosting(
        self, file: FileContext, path: str, asked: bool, reasons: dict[str, str]
    ) -> Iterator[tuple[FileContext, LineOf | None]]:
        """The versions of a file in which functions of other ones stand that get its models."""
        from transpiler.interpret.statements.guests import USED_ELSEWHERE, with_guests

        unwelcome = dict.fromkeys(self._unwelcome(file, path, first=True), USED_ELSEWHERE)
        while True:
            hosting, last = None, file
            while (more := with_guests(last, hosting, unwelcome)) is not None:
                last.release() if hosting is not None else None
                hosting = more
                self._reserved = more.reserved
                last = self.interpret(more.text, path, asked, reasons)
                unwelcome |= dict.fromkeys(self._unwelcome(last, path), USED_ELSEWHERE)
            if hosting is None:
                break
            known = len(unwelcome)
            self._visited, self._is_visited = last, True
            try:
                for version, line_of in self.versions(hosting.text, path, asked):
                    version.hosting, version.unwelcome = hosting, unwelcome
                    lines = (map(hosting.line, ends) for ends in version.touched)
                    version.touched = [(first, last) for first, last in lines]
                    version.assumed = [(hosting.line(line), said) for line, said in version.assumed]
                    yield version, _composed(hosting.line, line_of)
            finally:
                if self._visited is not None:
                    self._visited.release()
                self._visited, self._is_visited = None, False
            self._reserved = frozenset()
            if len(unwelcome) == known:
                break
        file.unwelcome = {name: why for (_, name), why in unwelcome.items()}

    def _unwelcome(
        self, file: FileContext, path: str, first: bool = False
    ) -> Iterator[tuple[str, str]]:
        """What a file can't have as guests: it would not come back home, or others refuse it.

        These are only asked `first`, before there are guests which have it themselves.
        """
        for one in file.lent.values():
            home = one.file.path
            others = refusing(home, one.name, self.options, self.marked)
            # what a file refuses itself, it finds out again when it is converted, and why
            waits = waits_for_marks(path, home, one.name, self.options, self.marked)
            refused = path in others and self._for_others and not waits
            refused |= first and bool(others - {path})
            if refused or not may_go(program_at(home), home):
                yield home, one.name

    def refuse(
        self, path: str, unwelcome: Iterable[tuple[str, str]], wants_marks: bool = False
    ) -> None:
        """Remember which definitions of others a file can't have as guests."""
        refuse(path, unwelcome, self.options, self.marked, wants_marks)
        for key in [k for k in self.seen if real_path(str(k[0])) == real_path(path)]:
            del self.seen[key]  # where it has them

    def _with_parts(
        self, file: FileContext, path: str, asked: bool, reasons: dict[str, str]
    ) -> Iterator[tuple[FileContext, LineOf | None]]:
        """A file with what functions of other files do for it, and as it is at last."""
        text = file.tree.text
        left = [file]
        try:
            if (widened := with_parts(file)) is not None:
                widened = _with_together(widened)
                wide = self.interpret(widened.text, path, asked, reasons)
                left.append(wide)
                wide.brought, wide.brought_imports = widened.gone, widened.imports
                if lines := compile_lines(wide):
                    both = self.interpret(with_lines(widened.text, lines), path, asked, reasons)
                    both.brought, both.brought_imports = widened.gone, widened.imports
                    both.added = calls_in(lines)
                    yield both, lambda line: widened.line(line_before(lines, line))
                yield left.pop(), widened.line
            if lines := compile_lines(file):
                longer = self.interpret(with_lines(text, lines), path, asked, reasons)
                before = partial(line_before, lines)
                for step in (self._hosting, self._with_parts):
                    for version, line_of in step(longer, path, asked, reasons):
                        version.added = calls_in(lines)
                        yield version, _composed(before, line_of)
            yield left.pop(), None
        finally:
            for one in left:
                one.release()

    def hosts(self, text: str, path: str) -> list[str]:
        """The files in which definitions of one stand, as they give them models."""
        if not may_go(text, path):
            return []
        found = []
        for other in _users(text, path):
            context = self._context(Path(other))
            guests = context.hosting.guests if context is not None and context.hosting else ()
            if any(real_path(guest.path) == real_path(path) for guest in guests):
                found.append(other)
        return found

    def load(self, file: FileContext, module: str) -> dict[str, Value] | None:
        """What a file sees of a module that it imports: functions, classes, constants.

        None where it isn't found.
        """
        if not file.path:
            return None
        place = real_path(file.path)
        self._importing[place] = file
        self._first = self._first or place
        home = os.path.dirname(place)
        run = os.sep in module  # by a notebook
        path = locate_run(home, module) if run else locate(home, module, file.tree.text)
        if path is None:
            return None
        if place != self._first == real_path(str(path)) and path.name == "__init__.py":
            if place.startswith(os.path.join(os.path.dirname(self._first), "")):
                return self._of_circle(path)  # a package, which a module of its own asks
        other, changed = self._context(path), set_when_run(str(path)).fullmatch
        if other is None:
            known = self._of_circle(path) or self._constants(path)
            known = known and {n: _as_it_is(v, changed(n)) for n, v in known.items()}
            return known if known is None else known | _generators_in(path)
        file.loaded[module] = real_path(str(path))
        kinds = (Framework, Function, UserClass)
        found = {n: v for n, v in other.globals.items() if isinstance(v, kinds) or is_plain(v)}
        found |= {n: v for n, v in other.globals.items() if is_builder_table(other, n)}
        found |= {n: v for n, v in other.globals.items() if _is_elsewhere(v)}
        held = {n: COMPUTED for n, v in other.globals.items() if is_computed(v)}
        return held | {n: _as_it_is(v, changed(n)) for n, v in found.items()} | lent(other)

    def importers(self, file: FileContext) -> Iterator[FileContext]:
        """The files of the project that import one and train something, as they are planned."""
        for path in training_files(file.path):
            other = self._context(Path(path))
            if other is not None:
                yield other

    def wishes(self, file: FileContext) -> tuple[list[Wish], set[str]]:
        """What other files want of the functions of one, and the names that they read."""
        names = "|".join(re.findall(r"^(?:def|class) (\w+)", file.tree.text, re.MULTILINE))
        training = [*training_files(file.path)] if names else []
        mentioning = [*importing_files(file.path, rf"\b(?:{names})\b")] if training else []
        wishes = [w for path in mentioning for w in self._wishes_of_hosts(path, file)]
        for path in training if mentioning else ():
            other = self._context(Path(path))
            wanted = [*other.wanted, *other.onward] if other is not None else []
            wishes += [w for w in wanted if is_of(w, file)]
        read = (words_beside_imports(path) for path in mentioning if wishes)
        return wishes, set[str]().union(*read)

    def _wishes_of_hosts(self, path: str, file: FileContext) -> Iterator[Wish]:
        """What files want of one in which definitions of another one stand, which imports it."""
        text = read_text(path)
        for other in self.hosts(text, path):
            context = self._context(Path(other))
            yield from (w for w in context.wanted if is_of(w, file)) if context else ()

    def _of_circle(self, path: Path) -> dict[str, Value]:
        """What is certain of a file that is being interpreted, and imports the one that asks."""
        other = self._importing.get(real_path(str(path)))
        found = {} if other is None else other.globals
        return {
            name: value
            for name, value in found.items()
            if isinstance(value, Framework) or name in COPIED or is_plain(value)
        }

    def _context(self, path: Path) -> FileContext | None:
        try:
            key = (path, path.stat().st_mtime_ns, self.options, self.marked)
        except OSError:
            return None
        if key in self.pending:  # what imports each other in a circle sees nothing
            self._circles.add(path)
        if key in self.pending or key in self.seen:
            return self.seen.get(key)
        outer, self._circles = self._circles, set()
        self.pending.add(key)
        try:
            found = self._interpret(path)
        finally:
            self.pending.discard(key)
            circles, self._circles = self._circles, outer | self._circles - {path}
        if path.name != "__init__.py" or circles <= {path}:
            self.seen[key] = found  # a package whose module asks for it lacks what that one has
        return found

    def _constants(self, path: Path) -> dict[str, Value] | None:
        try:
            key = (path, path.stat().st_mtime_ns)
            if key not in self.constants:
                text = decode(path.read_bytes()).text
                found: dict[str, Value] = dict.fromkeys(computed(text), COMPUTED)
                self.constants[key] = found | {
                    n: Static(expr(v)) for n, v in literals(text).items()
                }
        except (OSError, ValueError):
            return None
        return self.constants[key]

    def _interpret(self, path: Path) -> FileContext | None:
        try:
            text = program_at(str(path))
            if skips(text):
                return None
            known = any(word in text for word in COPIED) or builds_models(text, str(path))
            if not known and not any(
                of(text, str(path)) for of in (is_of_interest, goes_with_data)
            ):
                return None
            shared = apart(text)
            before, self._for_others = self._for_others, True
            try:
                other = self._planned(text if shared is None else shared.text, path)
            finally:
                self._for_others = before
        except (OSError, ValueError, GiveUp, cst.ParserSyntaxError):
            return None
        assert other.planned is not None
        render(other.planned)
        return other

    def _planned(self, text: str, path: Path) -> FileContext:
        """A file as it is converted for itself: another version where that says more of it."""
        versions = self.versions(text, str(path))
        file, line_of = next(versions)
        file.planned = plan_file(file)
        done, left = _trainings(file)
        while left and line_of is not None and file.hosting is None:
            other, line_of = next(versions)
            other.planned = plan_file(other)
            if _trainings(other)[0] > done:
                file.release()
                file, (done, left) = other, _trainings(other)
            else:
                other.release()
        return file


def _trainings(file: FileContext) -> tuple[int, int]:
    """Of how many models all is converted that is asked of them, and of how many it is not."""
    trained = file.planned.trained if file.planned is not None else []
    left = sum(made.training.problem is not None for made in trained)
    return len(trained) - left, left


def _generators_in(path: Path) -> dict[str, Value]:
    """What a file has, or passes on, whose calls give generators."""
    from transpiler.source.far_generators import generators_in  # few files need it

    return {name: Static(Expr(name, known)) for name, known in generators_in(str(path)).items()}


def _is_elsewhere(value: Value) -> bool:
    """Whether it is what a file has of one that is left to itself, as far as something is known."""
    return isinstance(value, Static) and isinstance(value.expr.value, Elsewhere)


def _texts_importing(path: str, further: str = "") -> Iterator[str]:
    """The programs of the project that import a file.

    Given a pattern, those of them that have it and import such programs, or others that do.
    """
    found = importers_of_importers(path, further) if further else importing_files(path, r"\w\(")
    for other in found:
        with suppress(OSError, ValueError):
            yield program_at(other)


def _with_together(widened: Widened) -> Widened:
    """The same, with what functions do that came and give several things where they are called."""
    found = given_together(widened.text, lambda: ())
    if found is None:
        return widened
    return replace(widened, text=found.text, lines=[widened.line(line) for line in found.lines])


def _with_parts_inside(text: str, path: str) -> Iterator[Rewritten]:
    """The text with what a class gets for its training written there, step by step."""
    for step in (
        partial(made_in_class, path=path),
        partial(filled_lists, path=path, others=partial(_texts_importing, path)),
    ):
        if (found := step(text)) is not None:
            yield found
            text = found.text


def _with_rewritten(file: FileContext, found: Rewritten, line_of: LineOf | None) -> LineOf:
    """Note what is rewritten in a version of a file; the lines of the text before that."""
    file.added += found.calls
    inner = ((found.line(line), said) for line, said in file.assumed)
    file.assumed = [*inner, *found.assumed]
    lines = ((found.line(first), found.line(last)) for first, last in file.touched)
    file.touched = [*lines, *found.touched]
    return _lines_of(found, line_of)


def _lines_of(spelled: Spelled | Rewritten, line_of: LineOf | None) -> LineOf:
    """The lines of a file for those of a version of the text in which options are spelled out."""
    return spelled.line if line_of is None else lambda line: spelled.line(line_of(line))


def _as_it_is(value: Value, changed: object) -> Value:
    """What is known of a value when the program runs: not which it is, if other files set it."""
    if changed and isinstance(value, Static) and is_plain(value):
        return Static(Expr(value.expr.text))
    return value
