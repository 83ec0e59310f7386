"""Layers that look strings up or need a quantity that torch has no counterpart for: refused."""

from __future__ import annotations

from transpiler.ir.tensor import Tensor, Unsupported
from transpiler.rule import layer

IN_PIPELINE = "and it belongs to the data pipeline"

REASONS = {
    "StringLookup": "torch has no string tensors",
    "IntegerLookup": "its vocabulary is learned by `adapt`: map the integers in the data pipeline",
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
