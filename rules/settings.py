"""Seeds, devices, and settings that torch has no need of."""

from __future__ import annotations

from rules.emitted import emitted
from transpiler.ir.expr import Expr, call
from transpiler.ir.tensor import Unsupported
from transpiler.rule import Param, helper, source, without_effect


@source("tf.random.set_seed", "tf.random.set_random_seed", "tf.set_random_seed",
        "tf.compat.v1.set_random_seed", "tf.compat.v1.random.set_random_seed")  # fmt: skip
def set_seed(seed: Param) -> Expr:
    """Of torch's own numbers, which are others."""
    return call("torch.manual_seed", seed)


@source("keras.utils.set_random_seed")
def set_random_seed(seed: Param) -> Expr:
    """Of all three generators."""
    return helper("set_random_seed", seed)


emitted(
    "set_random_seed",
    '''
def set_random_seed(seed):
    """Seed the random numbers of Python, NumPy and torch."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
''',
    (),
    "import random",
    "import numpy as np",
    early=True,
)


@source("tf.config.experimental.enable_op_determinism")
def enable_op_determinism() -> Expr:
    """Where torch has no such algorithm, it says so and goes on."""
    return call("torch.use_deterministic_algorithms", True, warn_only=True)


@source(
    "tf.config.list_physical_devices", "tf.config.experimental.list_physical_devices",
    "tf.config.list_logical_devices", "tf.config.experimental.list_logical_devices",
)  # fmt: skip
def list_devices(device_type: Param = None) -> Expr:
    """Devices of one kind."""
    if device_type.is_const("CPU"):
        return Expr('[torch.device("cpu")]')
    if not device_type.is_const("GPU"):
        raise Unsupported("devices of all kinds")
    return Expr('[torch.device("cuda", i) for i in range(torch.cuda.device_count())]')


without_effect(
    "keras.backend.clear_session",
    "keras.utils.clear_session",
    "tf.autograph.set_verbosity",
    "tf.compat.v1.enable_eager_execution",
    "tf.compat.v1.enable_v2_behavior",
    "tf.compat.v1.logging.set_verbosity",
    "tf.config.experimental.set_memory_growth",
    "tf.config.experimental_run_functions_eagerly",
    "tf.config.optimizer.set_jit",
    "tf.config.run_functions_eagerly",
    "tf.data.experimental.enable_debug_mode",
    "tf.debugging.disable_traceback_filtering",
    "tf.debugging.set_log_device_placement",
    "tf.enable_eager_execution",
    "tf.logger.setLevel",
    "tf.logging.set_verbosity",
)
