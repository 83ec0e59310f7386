"""Names of classes, in the way that people name them."""

from __future__ import annotations

import re

_ACRONYMS = {
    "unet": "UNet", "resnet": "ResNet", "densenet": "DenseNet", "mobilenet": "MobileNet",
    "vgg": "VGG", "lstm": "LSTM", "gru": "GRU", "rnn": "RNN", "cnn": "CNN", "gan": "GAN",
    "vae": "VAE", "mlp": "MLP", "fcn": "FCN", "bn": "BN", "relu": "ReLU", "prelu": "PReLU",
    "se": "SE", "dnn": "DNN", "nn": "NN", "aspp": "ASPP", "efficientnet": "EfficientNet",
    "nasnet": "NASNet", "convnext": "ConvNeXt", "vnet": "VNet", "vgg16": "VGG16",
    "vgg19": "VGG19", "dcgan": "DCGAN", "cgan": "CGAN", "segnet": "SegNet", "lenet": "LeNet",
    "alexnet": "AlexNet", "conv2d": "Conv2d", "conv1d": "Conv1d", "conv3d": "Conv3d",
}  # fmt: skip

#: What says nothing of a model at the front; pytest takes each class called `Test…` for tests.
_VERBS = frozenset({
    "build", "create", "make", "get", "define", "load", "generate", "construct", "test",
})  # fmt: skip

#: Variables that say nothing of the model.
PLAIN = frozenset({"model", "net", "network", "m", "mdl", "nn"})


def camel(name: str) -> str:
    """A class name: `conv_block` → `ConvBlock`, `build_unet` → `UNet`."""
    words = [w for w in re.split(r"[^0-9A-Za-z]+", name) if w]
    if len(words) > 1 and words[0].lower() in _VERBS:
        words = words[1:]
        if len(words) > 2 and words[0].lower() == "and":  # build_and_compile_cnn
            words = words[2:]
    if len(words) > 1 and words[-1].lower() in ("model", "network", "net"):
        words = words[:-1]
    made = "".join(_ACRONYMS.get(w.lower(), w[:1].upper() + w[1:]) for w in words)
    if made[:1].isdigit():
        made = f"Model{made}"
    return made or "Model"


def free(base: str, taken: set[str], suffix: str = "") -> str:
    """The name, or one made of it that is free; it is taken from then on."""
    name = base
    if name in taken and suffix and not name.endswith(suffix):
        name = f"{base}{suffix}"
    number = 2
    while name in taken:
        name = f"{base}{number}"
        number += 1
    taken.add(name)
    return name
