"""Files that a program downloads."""

from __future__ import annotations

import posixpath
from urllib.parse import urlsplit

from rules.emitted import TORCH, emitted
from transpiler.ir.expr import Expr
from transpiler.ir.tensor import Unsupported
from transpiler.rule import Param, helper, source

for _name, _more, _check in (
    ("download_file", "", ""),
    ("download_checked", ", sha256", ", hash_prefix=sha256"),
):
    emitted(
        _name,
        f'''
def {_name}(url, folder, name{_more}):
    """The path of a file, which is downloaded if it isn't there."""
    path = Path(folder, name).expanduser()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(url, str(path){_check})
    return str(path)
''',
        (),
        "from pathlib import Path",
        TORCH,
        early=True,
    )


@source("keras.utils.get_file", "keras.utils.data_utils.get_file")
def get_file(
    fname: Param = None,
    origin: Param = None,
    untar: Param = False,
    md5_hash: Param = None,
    file_hash: Param = None,
    cache_subdir: Param = "datasets",
    hash_algorithm: Param = "auto",
    extract: Param = False,
    archive_format: Param = "auto",
    cache_dir: Param = None,
    force_download: Param = False,
) -> Expr:
    """The same file in the same folder: one that Keras has downloaded is found there."""
    if origin.is_const(None):
        raise Unsupported("a download without an origin")
    if not (untar.is_const(False) and extract.is_const(False)):
        raise Unsupported("an archive: what its path is, is not the same in Keras 2 and Keras 3")
    if not force_download.is_const(False):
        raise Unsupported("a download that is made each time")
    if not md5_hash.is_const(None):
        raise Unsupported("torch checks a file by its SHA-256, not by MD5")
    name = _file_name(fname, origin)
    if name.known and str(name.value).endswith((".h5", ".hdf5", ".keras")):
        raise Unsupported("weights in Keras's format")
    path = (_folder(cache_dir, cache_subdir), name)
    if file_hash.is_const(None):
        return helper("download_file", origin, *path)
    return helper("download_checked", origin, *path, _sha256(file_hash, hash_algorithm))


def _file_name(fname: Expr, origin: Expr) -> Expr:
    """What the file is called: as the program says, or as its address does."""
    if not fname.is_const(None):
        return fname
    if not isinstance(origin.value, str):
        raise Unsupported("a download whose name is not known")
    return Expr(f'"{posixpath.basename(urlsplit(origin.value).path)}"')


def _folder(cache_dir: Expr, cache_subdir: Expr) -> str:
    above = "~/.keras" if cache_dir.is_const(None) else cache_dir.value
    if not isinstance(above, str) or not isinstance(cache_subdir.value, str):
        raise Unsupported("a download into a folder that is not known")
    if cache_subdir.value == "models":
        raise Unsupported("weights in Keras's format")
    return posixpath.normpath(posixpath.join(above, cache_subdir.value))


def _sha256(file_hash: Expr, algorithm: Expr) -> Expr:
    value = file_hash.value
    if not isinstance(value, str) or len(value) != 64 or not algorithm.is_const("auto", "sha256"):
        raise Unsupported("torch checks a file by its SHA-256")
    return file_hash
