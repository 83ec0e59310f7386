"""What may stand for each argument of each layer, as source text.

A domain is a list of texts, or a function from the shape of the layer's input (without the batch;
None where the size is not known) to one. Names are written as `keras.…` and `layers.…`; programs
spell them in the style of their imports. What Keras refuses is filtered later.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

Shape: TypeAlias = tuple["int | None", ...]
Texts: TypeAlias = Sequence[str]
Domain: TypeAlias = "Texts | Callable[[Shape], Texts]"

BOOLEANS = ("True", "False")
ACTIVATIONS = (
    '"relu"', '"tanh"', '"sigmoid"', '"elu"', '"selu"', '"softplus"', '"gelu"', '"swish"',
    '"linear"', '"softsign"', '"exponential"', '"leaky_relu"', '"mish"', '"relu6"', '"silu"',
    '"log_softmax"',
    '"softmax"', "None", "keras.activations.relu", "keras.activations.tanh", "tf.nn.relu",
    "tf.nn.sigmoid", "tf.tanh", "layers.LeakyReLU(0.1)", "layers.ReLU(max_value=6.0)",
    "layers.ELU()",
    'keras.activations.get("relu")', "lambda t: t * keras.activations.sigmoid(t)", '"hard_sigmoid"',
    '"celu"', '"hard_tanh"', '"soft_shrink"', '"tanh_shrink"', '"squareplus"', '"log_sigmoid"',
    '"hard_silu"', '"sparse_plus"', '"hard_shrink"', '"sparse_sigmoid"',
    "layers.Softmax()",
)  # fmt: skip
INITIALIZERS = (
    '"he_normal"', '"glorot_uniform"', '"zeros"', '"ones"', '"lecun_normal"', '"random_normal"',
    "keras.initializers.HeNormal()", "keras.initializers.RandomNormal(stddev=0.02)",
    "keras.initializers.Constant(0.1)", "keras.initializers.TruncatedNormal(0.0, 0.1)",
    'keras.initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal")',
    "keras.initializers.RandomUniform(-0.1, 0.1)", "keras.initializers.he_uniform()",
    '"orthogonal"', "keras.initializers.Zeros()", '"uniform"',
)  # fmt: skip
VECTOR_INITIALIZERS = (
    '"zeros"', '"ones"', "keras.initializers.Constant(0.1)", '"random_normal"',
    "keras.initializers.Zeros()",
)  # fmt: skip
REGULARIZERS = ('"l2"', "keras.regularizers.l2(1e-4)", "keras.regularizers.L1L2(l1=1e-5)", "None")
RATES = ("0.5", "0.1", "0.25", "0.0")


def rank_of(name: str) -> int:
    """The number of spatial axes that a layer's name says: 2 for Conv2D."""
    return next(int(c) for c in name if c.isdigit())


def per_axis(count: int, low: int, high: int) -> Texts:
    """One number, or one for each axis."""
    numbers = [str(n) for n in range(low, high + 1)]
    several = [n for n in itertools.product(numbers, repeat=count) if count > 1 or low < high]
    tuples = [f"({', '.join(n)}{',' if count == 1 else ''})" for n in several]
    lists = [f"[{', '.join(n)}]" for n in several[:: max(1, len(several) // 3)]]
    # as often as all others together, since that is how people write it
    return [*numbers * max(1, len(tuples) // 4), *tuples, *lists]


def both_sides(count: int) -> Domain:
    """The forms of cropping and padding: n, one for each axis, or two for each."""
    pairs = ["(1, 0)", "(0, 2)", "(1, 2)", "(1, 1)", "(0, 0)"]
    if count == 1:
        return ["1", "2", *pairs]
    plain = ["1", "2", f"({', '.join(['1', '2', '0'][:count])})"]
    nested = [f"({', '.join(p)})" for p in itertools.product(pairs[:4], repeat=count)]
    return [*plain * 4, *nested[:: max(1, len(nested) // 12)]]


def axis(shape: Shape) -> Texts:
    """The last axis, mostly."""
    rank = len(shape) + 1
    return ["-1", "-1", str(rank - 1), "1"]


def several_axes(shape: Shape) -> Texts:
    """The last axes."""
    rank = len(shape) + 1
    tuples = [f"({', '.join(str(a) for a in range(n, rank))})" for n in range(1, rank - 1)]
    return ["-1", "-1", f"[{rank - 1}]", *(["(-2, -1)"] if rank > 2 else []), *tuples]


def target_shapes(shape: Shape) -> Texts:
    """Other shapes with as many elements."""
    if None in shape:
        last = shape[-1] or 1
        return [f"(-1, {last})", f"({last}, -1)", "(-1,)"]
    sizes = [n for n in shape if n is not None]
    total = math.prod(sizes)
    found = [f"({', '.join(map(str, reversed(sizes)))},)", f"({total},)", "(-1,)", "[-1]"]
    for n in (1, 2, 3, 4):
        if total % n == 0:
            found += [f"({total // n}, {n})", f"(-1, {n})", f"({n}, -1)", f"[{n}, {total // n}]"]
        if total % (n * n) == 0:
            found += [f"({n}, {n}, {total // n // n})", f"({n}, {n}, -1)"]
    return found


def permutations(shape: Shape) -> Texts:
    """Orders of the axes, which count from one."""
    orders = itertools.permutations(range(1, len(shape) + 1))
    return [f"({', '.join(map(str, o))}{',' if len(o) == 1 else ''})" for o in orders]


def noise_shapes(shape: Shape) -> Texts:
    """Which axes are dropped together."""
    return ["None", f"(None, {', '.join('1' if i % 2 else str(n) for i, n in enumerate(shape))})"]


def shared_axes(shape: Shape) -> Texts:
    """All spatial axes (also those of unknown size, which must be), none, or the first."""
    spatial = list(range(1, len(shape)))
    if not spatial:
        return ["None"]
    everything = [str(spatial), f"({', '.join(map(str, spatial))},)"]
    return everything if None in shape else [*everything, "[1]", "None"]


def output_sizes(low: int) -> Domain:
    """What an adaptive pooling leaves.

    Maxima must be more than one and no more than there is: else TensorFlow pools in windows that
    are larger than their input, and the gradient is what happens to be in memory.
    """

    def sizes(shape: Shape) -> Texts:
        spatial = [n for n in shape[:-1] if n is not None]
        numbers = [str(n) for n in range(low, min([4, *spatial]) + 1)] or ["0"]
        several = [numbers[-1], *numbers * 3][: len(shape) - 1]
        return [*numbers, f"({', '.join(several)},)"]

    return sizes


@dataclass(frozen=True)
class Entry:
    """One layer: the ranks that it takes (the batch counts), and the domains of its arguments."""

    ranks: tuple[int, ...]
    domains: Mapping[str, Domain] = field(default_factory=dict)
    keras: tuple[str, ...] = ("3", "2")  #: the generations that have it
    always: tuple[str, ...] = ()  #: arguments without which the layer has no meaning yet
    colors: bool = False  #: for images of three colors


ANY = (2, 3, 4, 5)

#: Domains by the name of the parameter, for all layers that don't say otherwise.
COMMON: dict[str, Domain] = {
    "activation": ACTIVATIONS,
    "use_bias": BOOLEANS,
    "kernel_initializer": INITIALIZERS,
    "recurrent_initializer": (
        '"orthogonal"',
        '"glorot_uniform"',
        "keras.initializers.Orthogonal()",
    ),
    "depthwise_initializer": INITIALIZERS[:8],
    "pointwise_initializer": INITIALIZERS[:8],
    "embeddings_initializer": ('"uniform"', '"glorot_normal"', "keras.initializers.RandomNormal()"),
    "bias_initializer": VECTOR_INITIALIZERS,
    "gamma_initializer": VECTOR_INITIALIZERS,
    "beta_initializer": VECTOR_INITIALIZERS,
    "moving_mean_initializer": VECTOR_INITIALIZERS,
    "moving_variance_initializer": ('"ones"',),
    "alpha_initializer": ('"zeros"', "keras.initializers.Constant(0.25)"),
    "data_format": ("None", '"channels_last"', "None", '"channels_last"', '"channels_first"'),
    "seed": ("1", "None"),
    "dropout": ("0.2", "0.0"),
    "recurrent_dropout": ("0.0", "0.1"),
    "epsilon": ("1e-5", "0.001", "1e-6"),
    "center": BOOLEANS,
    "scale": BOOLEANS,
    "keepdims": BOOLEANS,
    "trainable": BOOLEANS,
    "dtype": ("None",),
    "sparse": ("False",),
}
COMMON |= {
    f"{weight}_regularizer": REGULARIZERS
    for weight in (
        "kernel", "bias", "depthwise", "pointwise", "recurrent", "embeddings", "beta", "gamma",
        "alpha", "activity",
    )
}  # fmt: skip
COMMON |= {
    f"{weight}_constraint": ("None",)
    for weight in (
        "kernel", "bias", "depthwise", "pointwise", "recurrent", "embeddings", "beta", "gamma",
        "alpha",
    )
}  # fmt: skip

#: What a name may stand for, where a rule that does not see the value takes less than all.
NAMED: dict[str, Texts] = {
    "activation": (
        '"relu"', '"tanh"', '"sigmoid"', '"elu"', '"selu"', '"softplus"', '"gelu"', '"swish"',
        '"linear"', '"softsign"', '"exponential"', '"leaky_relu"', '"mish"', '"relu6"', '"silu"',
        '"log_softmax"', '"softmax"', "None",
    ),
    "recurrent_activation": ('"sigmoid"', '"tanh"', '"hard_sigmoid"'),
    **dict.fromkeys(("factor", "height_factor", "width_factor"), ("0.2", "0.1")),
    "axis": ("-1",),
    # objects that are given to a function of the program are left for a person
    **{name: ('"l2"', "None") for name in COMMON if name.endswith("_regularizer")},
    **{name: ('"zeros"', '"ones"') for name in COMMON if name.endswith("_initializer")},
}  # fmt: skip

#: Parameters that are not drawn, and why.
LEFT_OUT = {
    "name": "names are drawn for every layer",
    "weights": "arrays; the weights are moved afterwards",
    "lora_rank": "adapters are added to trained models",
    "lora_alpha": "adapters are added to trained models",
    "quantization_config": "quantized models have other numbers",
    "gptq_unpacked_column_size": "quantized models have other numbers",
}


def convolution(count: int, **more: Domain) -> dict[str, Domain]:
    """The arguments of all convolutions over so many axes."""
    causal = ('"causal"',) if count == 1 else ()
    return {
        "filters": ("4", "2", "6", "3", "1", "5"),
        "kernel_size": per_axis(count, 1, 4 if count < 3 else 3),
        "strides": per_axis(count, 1, 3 if count < 3 else 2),
        "padding": ('"same"', '"valid"', '"SAME"', *causal),
        "dilation_rate": per_axis(count, 1, 2),
        "groups": ("1", "2"),
        "depth_multiplier": ("1", "2", "3"),
        **more,
    }


def pooling(count: int) -> dict[str, Domain]:
    """The arguments of all pooling layers over so many axes."""
    return {
        "pool_size": per_axis(count, 1, 3),
        "strides": ["None", "None", "None", *per_axis(count, 1, 3)],
        "padding": ('"valid"', '"same"', '"SAME"'),
    }


IMAGE = {
    "height": ("3", "4", "7"),
    "width": ("4", "5", "7"),
    "interpolation": ('"bilinear"', '"nearest"'),
    "factor": ("0.2", "(-0.1, 0.3)"),
    "height_factor": ("0.2", "(-0.1, 0.3)"),
    "width_factor": ("0.1", "(-0.2, 0.2)"),
    "fill_mode": ('"reflect"', '"constant"', '"nearest"'),
    "fill_value": ("0.0",),
    "value_range": ("(0, 255)", "(0.0, 1.0)"),
    "mode": ('"horizontal"', '"vertical"', '"horizontal_and_vertical"'),
    "crop_to_aspect_ratio": BOOLEANS,
    "pad_to_aspect_ratio": ("False", "False", "True"),
    "antialias": ("False", "True"),
    "x_factor": ("0.2", "(0.0, 0.1)"),
    "y_factor": ("0.1", "(0.0, 0.2)"),
    "brightness_factor": ("0.2", "None"),
    "contrast_factor": ("0.2", "None"),
    "saturation_factor": ("(0.4, 0.6)", "None"),
    "hue_factor": ("(0.0, 0.1)", "None"),
    "kernel_size": ("3", "(3, 3)", "(5, 5)"),
    "sigma": ("1.0", "(0.5, 0.9)"),
    "bins": ("256", "20"),
    # those that leave nothing to chance
    "addition_factor": ("0.0",),
    "threshold_factor": ("0.0",),
}  # fmt: skip
COLORS = IMAGE | {"factor": ("0.2", "(0.1, 0.3)")}

RECURRENT: dict[str, Domain] = {
    "units": ("3", "4", "1", "5"),
    "activation": (
        '"tanh"',
        '"tanh"',
        '"relu"',
        '"sigmoid"',
        "keras.activations.tanh",
        "tf.nn.tanh",
    ),
    "recurrent_activation": (
        '"sigmoid"',
        '"sigmoid"',
        '"tanh"',
        "keras.activations.sigmoid",
        '"hard_sigmoid"',
    ),
    "return_sequences": ("True", "True", "False"),
    "return_state": ("False",),
    "go_backwards": BOOLEANS,
    "stateful": ("False",),
    "unroll": ("False",),
    "reset_after": BOOLEANS,
    "unit_forget_bias": BOOLEANS,
    "use_cudnn": ('"auto"',),
    "zero_output_for_mask": ("False",),
}


LAYERS: dict[str, Entry] = {
    "Dense": Entry(ANY, {"units": ("4", "3", "8", "1")}),
    "Activation": Entry(ANY, {"activation": tuple(a for a in ACTIVATIONS if a != "None")}),
    "Dropout": Entry(ANY, {"rate": RATES, "noise_shape": noise_shapes}),
    "AlphaDropout": Entry(ANY, {"rate": RATES, "noise_shape": ("None",)}),
    "GaussianDropout": Entry(ANY, {"rate": RATES}),
    "GaussianNoise": Entry(ANY, {"stddev": ("0.1", "1.0", "0.5")}),
    "ActivityRegularization": Entry(ANY, {"l1": ("0.0",), "l2": ("0.0",)}),
    "BatchNormalization": Entry(ANY, {
        "axis": axis, "momentum": ("0.99", "0.9", "0.8"), "renorm": ("False",),
        "renorm_clipping": ("None",), "renorm_momentum": ("0.99",), "synchronized": ("False",),
    }),
    "LayerNormalization": Entry(ANY, {"axis": several_axes}),
    "GroupNormalization": Entry((3, 4, 5), {"groups": ("1", "2", "-1"), "axis": ("-1",)}),
    "RMSNormalization": Entry(ANY, {"axis": several_axes}, ("3",)),
    "UnitNormalization": Entry(ANY, {"axis": several_axes}),
    "ReLU": Entry(ANY, {
        "max_value": ("6.0", "None", "1"), "negative_slope": ("0.1", "0.0"),
        "threshold": ("0.0", "0.5", "1"),
    }),
    "LeakyReLU": Entry(ANY, {"negative_slope": ("0.1", "0.2"), "alpha": ("0.1", "0.3")}),
    "ELU": Entry(ANY, {"alpha": ("1.0", "0.5")}),
    "PReLU": Entry(ANY, {"shared_axes": shared_axes}),
    "Softmax": Entry(ANY, {"axis": several_axes}),
    "ThresholdedReLU": Entry(ANY, {"theta": ("1.0", "0.5")}, ("2",)),
    "Flatten": Entry(ANY, {"data_format": ("None", '"channels_last"', '"channels_first"')}),
    "Identity": Entry(ANY),
    "Reshape": Entry(ANY, {"target_shape": target_shapes}),
    "Permute": Entry(ANY, {"dims": permutations}),
    "RepeatVector": Entry((2,), {"n": ("2", "3", "5")}),
    "Masking": Entry((3,), {"mask_value": ("0.0", "0", "1.0")}),
    "Rescaling": Entry(ANY, {"scale": ("0.5", "1 / 255", "2"), "offset": ("0.0", "-1", "0.5")}),
    "Normalization": Entry(ANY, {
        "axis": ("-1", "None"), "mean": ("0.5", "3"), "variance": ("2.0", "4"), "invert": BOOLEANS,
    }),
    "Discretization": Entry(ANY, {
        "bin_boundaries": ("[-0.5, 0.0, 0.5]", "[0.1, 1.0]"), "num_bins": ("None",),
        "output_mode": ('"int"',),
    }, always=("bin_boundaries",)),  # else `adapt` must find them before the first call
    "SpatialDropout1D": Entry((3,), {"rate": RATES}),
    "SpatialDropout2D": Entry((4,), {"rate": RATES}),
    "SpatialDropout3D": Entry((5,), {"rate": RATES}),
    "Resizing": Entry((4,), IMAGE | {"fill_mode": ('"constant"',)}),
    "CenterCrop": Entry((4,), IMAGE),
    "RandomBrightness": Entry((4,), IMAGE),
    "RandomContrast": Entry((4,), IMAGE),
    "RandomFlip": Entry((4,), IMAGE),
    "RandomRotation": Entry((4,), IMAGE),
    "RandomTranslation": Entry((4,), IMAGE),
    "RandomZoom": Entry((4,), IMAGE),
    **{
        name: Entry((4,), COLORS, ("3",), colors=True)
        for name in (
            "RandomColorDegeneration", "RandomColorJitter", "RandomGrayscale", "RandomHue",
            "RandomSaturation",
        )
    },
    **{
        name: Entry((4,), COLORS, ("3",))
        for name in (
            "AutoContrast", "RandomErasing", "RandomGaussianBlur", "RandomInvert",
            "RandomSharpness", "RandomShear", "Solarization",
        )
    },
    "RandomPosterization": Entry((4,), IMAGE | {"factor": ("3", "(2, 5)", "8")}, ("3",)),
    "SimpleRNN": Entry((3,), RECURRENT),
    "GRU": Entry((3,), RECURRENT),
    "LSTM": Entry((3,), RECURRENT),
    "LocallyConnected1D": Entry((3,), convolution(1, implementation=("1", "2")), ("2",)),
    "LocallyConnected2D": Entry((4,), convolution(2, implementation=("1", "2")), ("2",)),
    "UpSampling1D": Entry((3,), {"size": ("2", "3", "1")}),
    "UpSampling2D": Entry((4,), {
        "size": per_axis(2, 1, 3), "interpolation": ('"nearest"', '"bilinear"'),
    }),
    "UpSampling3D": Entry((5,), {"size": per_axis(3, 1, 2)}),
}  # fmt: skip
for n in (1, 2, 3):
    LAYERS |= {
        f"Conv{n}D": Entry((n + 2,), convolution(n)),
        f"Conv{n}DTranspose": Entry(
            (n + 2,),
            convolution(
                n, output_padding=("None", "None", "0", "1"), dilation_rate=("1", "1", "2")
            ),
        ),
        f"MaxPooling{n}D": Entry((n + 2,), pooling(n)),
        f"AveragePooling{n}D": Entry((n + 2,), pooling(n)),
        f"GlobalAveragePooling{n}D": Entry((n + 2,)),
        f"GlobalMaxPooling{n}D": Entry((n + 2,)),
        f"AdaptiveAveragePooling{n}D": Entry((n + 2,), {"output_size": output_sizes(1)}, ("3",)),
        f"AdaptiveMaxPooling{n}D": Entry((n + 2,), {"output_size": output_sizes(2)}, ("3",)),
        f"Cropping{n}D": Entry((n + 2,), {"cropping": both_sides(n)}),
        f"ZeroPadding{n}D": Entry((n + 2,), {"padding": both_sides(n)}),
    }
    if n < 3:
        LAYERS |= {
            f"DepthwiseConv{n}D": Entry((n + 2,), convolution(n)),
            f"SeparableConv{n}D": Entry((n + 2,), convolution(n)),
            f"ConvLSTM{n}D": Entry((n + 3,), {**convolution(n), **RECURRENT}),
        }

#: Other spellings of a layer's name.
ALIASES = {
    "Conv1D": "Convolution1D", "Conv2D": "Convolution2D", "Conv3D": "Convolution3D",
    "MaxPooling1D": "MaxPool1D", "MaxPooling2D": "MaxPool2D", "AveragePooling2D": "AvgPool2D",
    "GlobalAveragePooling2D": "GlobalAvgPool2D", "GlobalMaxPooling1D": "GlobalMaxPool1D",
    "SeparableConv2D": "SeparableConvolution2D", "Conv2DTranspose": "Convolution2DTranspose",
}  # fmt: skip

#: Layers of several tensors, with the domains of their arguments.
MERGES: dict[str, dict[str, Domain]] = {
    "Add": {}, "Multiply": {}, "Average": {}, "Maximum": {}, "Minimum": {}, "Subtract": {},
    "Concatenate": {"axis": axis}, "Dot": {
        "axes": ("-1", "1", "(1, 1)", "(2, 2)", "(2, 1)", "[1, 2]"), "normalize": BOOLEANS,
    },
}  # fmt: skip
ATTENTION: dict[str, dict[str, Domain]] = {
    "Attention": {
        "use_scale": BOOLEANS, "score_mode": ('"dot"', '"concat"'), "dropout": ("0.0", "0.1"),
    },
    "AdditiveAttention": {"use_scale": BOOLEANS, "dropout": ("0.0", "0.1")},
    "MultiHeadAttention": {
        "num_heads": ("2", "1", "3"), "key_dim": ("2", "4", "3"), "value_dim": ("None", "3", "2"),
        "output_shape": ("None", "5"), "attention_axes": ("None",), "sliding_window": ("None",),
        "flash_attention": ("None",), "use_gate": ("False",),
    },
    "GroupQueryAttention": {
        "head_dim": ("2", "3"), "num_query_heads": ("4", "2"), "num_key_value_heads": ("2", "1"),
        "sliding_window": ("None",), "flash_attention": ("None",), "use_gate": ("False",),
    },
}  # fmt: skip
EMBEDDING: dict[str, Domain] = {
    "input_dim": ("10", "7"), "output_dim": ("4", "3", "6"), "mask_zero": ("True", "True", "False"),
}  # fmt: skip
#: Of the equations, for tensors of so many axes: the shape of the output, the axes of the bias.
EQUATIONS: dict[int, tuple[tuple[str, str, str], ...]] = {
    2: (("ab,bc->ac", "3", "c"), ("...x,xy->...y", "4", "y"), ("ab,bcd->acd", "(2, 3)", "cd")),
    3: (
        ("abc,cd->abd", "(None, 4)", "d"), ("abc,cde->abde", "(None, 2, 3)", "de"),
        ("...x,xy->...y", "5", "y"), ("abc,dc->abd", "(None, 3)", "d"),
        ("abc,cde->abde", "(None, 2, 3)", "d"),
    ),
    4: (
        ("abcd,cde->abe", "(None, 4)", "e"), ("...x,xy->...y", "3", "y"),
        ("abcd,de->abce", "(None, None, 3)", "e"), ("abcd,cde->abce", "(None, None, 3)", "e"),
    ),
}  # fmt: skip
EINSUM: dict[str, Domain] = {
    "equation": (), "output_shape": (), "bias_axes": ("None",),
    "kernel_initializer": ('"glorot_uniform"', '"random_normal"', '"zeros"'),
    "bias_initializer": ('"zeros"', '"ones"'),
}  # fmt: skip
REVERSIBLE: dict[str, Domain] = {
    **EMBEDDING, "mask_zero": ("False",), "tie_weights": ("True",), "reverse_dtype": ("None",),
    "logit_soft_cap": ("None", "20.0"),
}  # fmt: skip
CELL: dict[str, Domain] = {
    "activation": ('"tanh"', "keras.activations.tanh", "tf.nn.tanh"),
    "recurrent_activation": ('"sigmoid"', "tf.nn.sigmoid"),
    "dropout": ("0.0",), "recurrent_dropout": ("0.0",), "reset_after": ("True",),
    "unit_forget_bias": BOOLEANS,
}  # fmt: skip
ENCODING: dict[str, Domain] = {
    "num_tokens": ("5", "8"), "output_mode": ('"multi_hot"', '"one_hot"', '"count"'),
}  # fmt: skip
LOOKUP: dict[str, Domain] = {
    "vocabulary": ("[3, 1, 2, 5, 4]", "[0, 2]"), "max_tokens": ("None",), "num_oov_indices": ("1",),
    "mask_token": ("None",), "oov_token": ("-1",), "vocabulary_dtype": ('"int64"',),
    "idf_weights": ("None",), "invert": ("False",), "output_mode": ('"int"',),
    "pad_to_max_tokens": ("False",), "oov_method": ('"floormod"',), "salt": ("None",),
}  # fmt: skip
BIDIRECTIONAL: dict[str, Domain] = {
    "merge_mode": ('"concat"', '"sum"', '"mul"', '"ave"'),
    "weights": ("None",),
    "backward_layer": ("None",),
}
TIME_DISTRIBUTED: dict[str, Domain] = {"layer": ()}
#: Layers around layers, or of whole numbers, which have statements of their own.
WRAPPERS: dict[str, dict[str, Domain]] = {
    "Embedding": EMBEDDING,
    "CategoryEncoding": ENCODING,
    "IntegerLookup": LOOKUP,
    "Bidirectional": {**BIDIRECTIONAL, "layer": ()},
    "TimeDistributed": TIME_DISTRIBUTED,
    "RNN": {**RECURRENT, "cell": ()},
    "StackedRNNCells": {"cells": ()},
    **{f"{name}Cell": RECURRENT for name in ("SimpleRNN", "GRU", "LSTM")},
    "EinsumDense": EINSUM,
    "ReversibleEmbedding": REVERSIBLE,
}
CELLS = {"SimpleRNN": "SimpleRNNCell", "GRU": "GRUCell", "LSTM": "LSTMCell"}
