"""What a program changes between two places."""

from __future__ import annotations

import pytest

from transpiler.source.between import changed_between, grown_between

PROGRAM = """
class Args:
    def __init__(self):
        self.rate = 0.1

    def slow(self):
        self.rate = 0.01


def relax(options):
    options["rate"] = 0.01


def all_of(*given):
    for one in given[1:]:
        one["rate"] = 0.01


fill = lambda options: options.update(rate=0.01)


def reset():
    global rate
    rate = 0.01


def of_others():
    rate = config = sizes = 0
    sizes.append(rate)
    found = []
    found.append(rate)


def current():
    return config["rate"]


rate, config, args = 0.1, {{"rate": 0.1, "steps": 3}}, Args()
other, sizes = config, [4]
both, shown = ChainMap({{}}, config), MappingProxyType(config)
#begin
{between}
#end
rate = 3
"""


def between(expression: str, lines: str, inside: bool = False) -> str:
    text = PROGRAM.format(between=lines)
    begin, end = text.index("#begin"), text.index("#end")
    asked = grown_between if inside else changed_between
    return asked(text, expression, begin, end)


@pytest.mark.parametrize(
    ("expression", "lines"),
    [
        ("rate * 2", "rate = 5"),
        ("rate", "reset()"),
        ("rate", "for rate in (1, 2): pass"),
        ('config["rate"]', 'config["rate"] = 5'),
        ('config["rate"]', "config.update(rate=5)"),
        ('config["rate"]', 'other["rate"] = 5'),
        ('config["rate"]', "relax(config)"),
        ('config["rate"]', "key = 'rate'; config[key] = 5"),
        ('config["rate"]', "[one.update(rate=5) for one in (config,)]"),
        ('config["rate"]', "fill(config)"),
        ('config["rate"]', "all_of(sizes, config)"),
        ('config["rate"]', "change = config.update; change(rate=5)"),
        ('config["rate"]', 'operator.setitem(config, "rate", 5)'),
        ('config["rate"]', '(config or other)["rate"] = 5'),
        ("args.rate", "(args if rate else None).rate = 5"),
        ("args.rate", 'any(setattr(one, "rate", 5) for one in [args])'),
        ('config.get("rate")', 'config["rate"] = 5'),
        ("current()", 'config["rate"] = 5'),
        ('both["rate"]', 'config["rate"] = 5'),
        ('shown["rate"]', 'config["rate"] = 5'),
        ("args.rate", "args.rate = 5"),
        ("args.rate", "args.slow()"),
        ("args.rate", 'setattr(args, "rate", 5)'),
        ("args.rate", "vars(args).update(rate=5)"),
        ("args.rate", "args = Args()"),
    ],
)
def test_a_change_is_seen(expression: str, lines: str) -> None:
    assert between(expression, lines)


@pytest.mark.parametrize(
    ("expression", "lines"),
    [
        ("rate", "of_others(); Args()"),
        ("rate", 'config["rate"] = 5; args.slow()'),
        ('config["rate"]', 'config["steps"] = 5; of_others()'),
        ('config["rate"]', "relax({}); sizes.append(5)"),
        ("args.rate", "args.steps = 5; Args()"),
        ('config["rate"]', "[one.append(5) for one in (sizes,)]"),
        ('config["rate"]', '(sizes or None)["steps"] = 5'),
    ],
)
def test_what_changes_something_else_is_none(expression: str, lines: str) -> None:
    assert not between(expression, lines)


def test_a_list_that_grows_is_another_matter_than_another_list() -> None:
    assert between("sizes", "sizes.append(5)", inside=True)
    assert between("sizes", "sizes += [5]", inside=True)
    assert between('config["sizes"]', 'config["sizes"].pop()', inside=True)
    assert not between("sizes", "sizes = [5]", inside=True)
    assert not between("sizes", "of_others()", inside=True)
    assert not between('config["sizes"]', 'config["rate"] = 5', inside=True)


def test_in_a_loop_a_later_round_may_change_what_an_earlier_one_reads() -> None:
    text = "#begin\nfor _ in range(3):\n    train() #end\n    rate = 5\n"
    begin, end = text.index("#begin"), text.index("#end")
    assert changed_between(text, "rate", begin, end)
    inner = text.index("train")
    assert not changed_between(text, "rate", inner, end)
    assert changed_between(text, "rate", inner, None)


def test_what_runs_before_a_function_is_called_changes_nothing_later() -> None:
    text = "def build():\n    return args.rate\n{}\nbuild()\n{}\n"
    early, late = text.format("args.rate = 1", ""), text.format("", "args.rate = 1")
    assert not changed_between(early, "args.rate", early.index(".rate"), None)
    assert changed_between(late, "args.rate", late.index(".rate"), None)


@pytest.mark.parametrize("shared", [False, True])
def test_the_last_statement_of_a_function_belongs_to_it(shared: bool) -> None:
    function = "def build():\n    global sizes\n    sizes = [4]\n    compile(sizes)"
    function = function if shared else function.replace("    global sizes\n", "")
    text = f"{function}\n\n\nbuild()\nsizes.append(1)\n"
    assert bool(grown_between(text, "sizes", len(function), len(text))) == shared


@pytest.mark.parametrize(
    ("expression", "line"),
    [
        ('config["rate"]', "give()['rate'] = 3"),
        ("args.rate", "give().rate = 3"),
        ("config", "give()['rate'] = 3"),
    ],
)
def test_what_a_call_gives_may_be_what_is_read(expression: str, line: str) -> None:
    assert between(expression, line)
    assert not between("rate", line)


def test_numbers_that_functions_get_are_no_lists() -> None:
    function = "    def half(units):\n        units *= 2\n        return units\n\n"
    text = f"SIZES = [4]\n\n\ndef build():\n{function}    return SIZES\n"
    assert not changed_between(text, "SIZES", text.index("return SIZES"), None)
    grows = text.replace("*= 2", "+= [2]")
    assert changed_between(grows, "SIZES", grows.index("return SIZES"), None)


BUILDER = """
class Base:
    def __init__(self, options, rate=0.1):
        self.options, self.rate = options, rate
        use(self.rate, self.options)  # begin
        use()

    def run(self):
        use()  # end
        use()


class Child(Base):
    def __init__(self, rate):
        super().__init__({{}})
        {child}


def build(options, size):
    use(options, size)  # first
    return use()


options, other, args = {{"rate": 0.1}}, {{"rate": 0.1}}, Args()
built = build(options, args.size)
trainer = Base(options)
small = Child(0.2)
{later}
trainer.run()
use()  # last
use()
"""


@pytest.mark.parametrize(
    ("place", "expression", "later", "child", "found"),
    [
        ("first", "options['rate']", "options['rate'] = 1", "", True),
        ("first", "options['rate']", "options.update(rate=1)", "", True),
        ("first", "options.rate", "options.rate = 1", "", True),
        ("first", "options['rate']", "options['steps'] = 1", "", False),
        ("first", "options['rate']", "other['rate'] = 1", "", False),
        ("first", "options['rate']", "options = {}", "", False),
        ("first", "size", "args.size = 3", "", False),
        ("first", "size.rate", "args.size.rate = 3", "", True),
        ("begin", "self.rate", "trainer.rate = 1", "", True),
        ("begin", "self.rate", "small.rate = 1", "", True),
        ("begin", "self.rate", "other.rate = 1", "", False),
        ("begin", "self.rate", "trainer.steps = 1", "", False),
        ("begin", "self.rate", "setattr(trainer, 'rate', 1)", "", True),
        ("begin", "self.rate", "vars(trainer)['rate'] = 1", "", True),
        ("begin", "self.options['rate']", "trainer.options['rate'] = 1", "", True),
        ("begin", "options['rate']", "options['rate'] = 1", "", True),
        ("begin", "self.rate", "", "self.rate = rate", True),
        ("begin", "self.rate", "", "self.steps = rate", False),
    ],
)
def test_who_calls_a_function_may_change_what_it_reads(
    place: str, expression: str, later: str, child: str, found: bool
) -> None:
    text = BUILDER.format(later=later, child=child or "pass")
    end = text.index("# last" if place == "first" else "# end")
    assert bool(changed_between(text, expression, text.index(f"# {place}"), end)) == found
