"""Layers that look integers up, and those that torch has no counterpart for: refused."""

from __future__ import annotations

from rules.emitted import TORCH, emitted
from transpiler.ir.tensor import Tensor, Unsupported
from transpiler.record import replace
from transpiler.rule import Param, helper, layer

emitted(
    "integer_lookup",
    '''
def integer_lookup(x, vocabulary):
    """The place of each number in the vocabulary, counted from 1; 0 stands for all others."""
    found = x.unsqueeze(-1) == x.new_tensor(vocabulary)
    return torch.where(found.any(-1), found.int().argmax(-1) + 1, 0)
''',
    (),
    TORCH,
)


#: What is only of use when a vocabulary is learned, or for several kinds of unknown values.
_IDLE = {"oov_token", "max_tokens", "vocabulary_dtype", "oov_method", "salt"}


@layer("IntegerLookup", ignored=_IDLE)
def integer_lookup(
    x: Tensor,
    num_oov_indices: Param = 1,
    mask_token: Param = None,
    vocabulary: Param = None,
    idf_weights: Param = None,
    invert: Param = False,
    output_mode: Param = "int",
    sparse: Param = False,
    pad_to_max_tokens: Param = False,
) -> Tensor:
    """The vocabulary must be given: what `adapt` learns belongs to the data pipeline."""
    if vocabulary.is_const(None) or isinstance(vocabulary.value, str):
        raise Unsupported("a vocabulary that `adapt` learns or a file holds")
    plain = invert.is_const(False) and output_mode.is_const("int") and sparse.is_const(False)
    if not plain or not idf_weights.is_const(None) or not pad_to_max_tokens.is_const(False):
        raise Unsupported("a lookup that gives something else than indices")
    if not num_oov_indices.is_const(1) or not mask_token.is_const(None):
        raise Unsupported("a lookup with an index for masks, or none or several for unknown values")
    return replace(x, code=helper("integer_lookup", x.code, vocabulary), dtype="int64", mask=None)


IN_PIPELINE = "and it belongs to the data pipeline"

REASONS = {
    "StringLookup": "torch has no string tensors",
    "TextVectorization": "torch has no string tensors: tokenize in the data pipeline",
    "Hashing": "it needs TensorFlow's hash function",
    "HashedCrossing": "it needs TensorFlow's hash function",
    "MelSpectrogram": "torchaudio.transforms.MelSpectrogram pads and scales otherwise",
    "STFTSpectrogram": "torch.stft pads, centers and scales otherwise",
    "CutMix": "it mixes images and labels: do it to the batches that train the model",
    "MixUp": "it mixes images and labels: do it to the batches that train the model",
    "RandAugment": f"its magnitudes are not torchvision's, {IN_PIPELINE}",
    "AugMix": f"its chains of augmentations are not torchvision's, {IN_PIPELINE}",
    "RandomElasticTransform": f"its smooth random moves are not torchvision's, {IN_PIPELINE}",
    "RandomPerspective": f"its corners move otherwise than torchvision's, {IN_PIPELINE}",
    "RandomCrop": "outside of training Keras 3 leaves images as they are, Keras 2 crops the middle",
    "Equalization": "Keras leaves it out of models: equalize the images in the data pipeline",
    "ContrastLimitedAdaptiveHistogramEqualization": f"torch has none, {IN_PIPELINE}",
    "MaxNumBoundingBoxes": "it takes bounding boxes by name: pad them in the data pipeline",
    "Pipeline": "it runs layers on data of any structure: use nn.Sequential, or the data pipeline",
    "TorchModuleWrapper": "it holds a module of torch: call that module itself",
}


def _refused(name: str, reason: str) -> None:
    @layer(name, ignored=_everything(name))
    def build(x: Tensor) -> Tensor:
        """Refused."""
        raise Unsupported(reason)


def _everything(name: str) -> tuple[str, ...]:
    """All parameters of the layer."""
    from rules.keras_signatures import SIGNATURES

    return SIGNATURES[name]


for _name, _reason in REASONS.items():
    _refused(_name, _reason)
