"""RemoteMonitor: the values of each epoch are sent to a server."""

from __future__ import annotations

from rules.emitted import emitted
from transpiler.ir.expr import Expr, call
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Fit, Hooks
from transpiler.rule import Param, callback, unless

_SENDING = '''
def {name}(root, path, values, headers=None{more}):
    """Send the values of an epoch to a server, as Keras's RemoteMonitor does."""
    try:
        requests.post(root + path, {sent}, headers=headers)
    except requests.exceptions.RequestException:
        warnings.warn(
            f"Could not reach RemoteMonitor root server at {{root}}", stacklevel=2
        )
'''
_IMPORTS = ("import warnings", "import requests")
emitted(
    "send_values",
    _SENDING.format(name="send_values", more=', field="data"', sent="{field: json.dumps(values)}"),
    (),
    "import json",
    *_IMPORTS,
)
emitted(
    "send_json",
    _SENDING.format(name="send_json", more="", sent="json=values"),
    (),
    *_IMPORTS,
)


@callback("RemoteMonitor")
def remote_monitor(
    fit: Fit,
    root: Param = "http://localhost:9000",
    path: Param = "/publish/epoch/end/",
    field: Param = "data",
    headers: Param = None,
    send_as_json: Param = False,
) -> Hooks:
    """The same messages, where the server can be reached."""
    if not send_as_json.known:
        raise Unsupported("send_as_json is only known at run time")
    helper = "send_json" if send_as_json.value else "send_values"
    values = Expr(f'{{"epoch": {fit.epoch}, **{fit.logs}}}')
    further = unless(headers, None, headers=headers)
    if not send_as_json.value:
        further |= unless(field, "data", field=field)
    sent = call(helper, root, path, values, **further)
    return Hooks(
        epoch_end=(sent.text,),
        reads=tuple(fit.values),
        helpers=frozenset({helper}),
        writes=True,
    )
