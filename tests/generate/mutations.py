"""Changes of training programs, of the kind in which real ones differ from each other."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable

from tests.generate import mutations_of_arguments as arguments
from tests.generate import mutations_of_models as models
from tests.generate import mutations_of_statements as statements
from tests.generate.mutator import Choose, Mutator, Unfit

#: Each with how often it is taken.
MUTATIONS: tuple[tuple[Callable[[Mutator], None], int], ...] = (
    (statements.insert, 8),
    (arguments.add_argument, 6),
    (statements.in_function, 4),
    (arguments.change_literal, 4),
    (statements.duplicate, 3),
    (statements.swap, 2),
    (statements.move, 2),
    (arguments.name_argument, 4),
    (statements.in_loop, 3),
    (statements.in_condition, 3),
    (arguments.in_dict, 2),
    (arguments.collect_callbacks, 3),
    (statements.in_class, 2),
    (models.alias, 2),
    (models.nest, 2),
    (models.functional, 1),
    (statements.in_try, 1),
    (statements.delete, 2),
    (arguments.delete_argument, 2),
)


def mutated(text: str, choose: Choose) -> tuple[str, list[str]]:
    """A program after one to three changes, and their names."""
    weighted = [one for one, times in MUTATIONS for _ in range(times)]
    tree = ast.parse(text)
    done: list[str] = []
    wanted = 1 + choose(3)
    for _ in range(12):
        mutation = weighted[choose(len(weighted))]
        attempt = copy.deepcopy(tree)
        try:
            mutation(Mutator(attempt, choose))
            changed = ast.unparse(ast.fix_missing_locations(attempt))
            tree = ast.parse(changed)
        except (Unfit, SyntaxError, IndexError):
            continue
        done.append(mutation.__name__)
        if len(done) == wanted:
            break
    return ast.unparse(tree) + "\n", done
