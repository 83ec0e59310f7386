"""Modules that a file reaches otherwise than by its imports: which ones, only a run may tell.

module = importlib.import_module(args.model)
"""

from __future__ import annotations

import os
import re

from transpiler.regex import regex
from transpiler.source.ignored import project_root
from transpiler.source.imported import imported_names, imported_texts, locate
from transpiler.source.importers import files_of_framework
from transpiler.source.remembered import remembered

#: What loads a module that is named by a value.
_LOADS = regex(r"\b(?:import_module|__import__|exec_module)\(\s*(?:[\"']([\w.]+)[\"']\s*[,)])?")
#: What runs a file, and where its name may stand.
_RUNS = regex(r"\b(?:run_path|run_module|load_source|spec_from_file_location|exec)\([^\n]*")
#: Where Python looks for modules, and that it takes notebooks for some.
_LOOKS = regex(r"\bsys\.path\b|\bimport_ipynb\b")
#: One of these words is in all of them.
_WORDS = (
    "import_module", "__import__", "exec", "run_path", "run_module", "load_source",
    "spec_from_file_location", "sys.path", "import_ipynb",
)  # fmt: skip
#: What a package says whose names only exist once they are asked for.
_LAZILY = regex(r"^(?:def __getattr__\(|__getattr__\b)", re.MULTILINE)


@remembered
def unseen_modules(text: str, path: str) -> frozenset[str]:
    """The modules about the framework that a file may use, and that are not found by its imports.

    Where they have no names, "".
    """
    if not path:
        return frozenset()
    home = os.path.dirname(os.path.realpath(path))
    found: set[str] = set()
    for other, imported in imported_texts(text, path):
        lazily = other.name == "__init__.py" and "__getattr__" in imported
        if lazily and _LAZILY.search(imported):
            if files_of_framework(str(other.parent)):
                found.add(other.parent.name)
    if not any(word in text for word in _WORDS):
        return frozenset(found)
    known = [one for one in files_of_framework(project_root(home)) if one != os.path.realpath(path)]
    stems = {os.path.splitext(os.path.basename(one))[0] for one in known}
    for name in _LOADS.findall(text):
        if known and (not name or (locate(home, name, text) is None and _last(name) in stems)):
            found.add("")
    for run in _RUNS.findall(text):
        found |= {""} if stems.intersection(re.findall(r"\w+", run)) else set()
    if _LOOKS.search(text):
        folders = {os.path.basename(os.path.dirname(one)) for one in known}
        names = (n for n in imported_names(text) if locate(home, n, text) is None)
        found |= {n for n in names if {n.partition(".")[0], _last(n)} & {*stems, *folders}}
    return frozenset(found)


def _last(name: str) -> str:
    return name.rpartition(".")[2]
