"""The models of real packages that must verify: a fixed list, with the arguments of each."""

from __future__ import annotations

from dataclasses import dataclass

#: What is downloaded, by the name of the package that is imported.
WHEELS = {
    "keras_unet": "keras-unet==0.1.2",
    "deepface": "deepface==0.0.103",
    "retinaface": "retina-face==0.0.19",
}

#: What is converted, but not verified: most of it is left for a person, and must say so.
UNVERIFIED = {
    "segmentation_models": "segmentation_models==1.0.1",
    "classification_models": "image-classifiers==1.0.0",
    "tcn": "keras-tcn==3.5.7",
}
APPLICATIONS = "keras/src/applications"
UNET = "keras_unet/models/custom_unet.py"
VNET = "keras_unet/models/custom_vnet.py"
VANILLA = "keras_unet/models/vanilla_unet.py"
SATELLITE = "keras_unet/models/satellite_unet.py"
FACES = "deepface/models/facial_recognition/tf"
PEOPLE = "deepface/models/demography/tf"


@dataclass(frozen=True)
class Entry:
    """One call of a builder function, in both forms of a file."""

    file: str  #: below the folder that holds the package
    call: str
    seconds: float = 300.0  #: the time limit for one side
    quick: bool = False  #: part of the run without --full

    @property
    def stopped(self) -> str:
        """Why it doesn't verify yet: the diagnostic, or the difference."""
        return STOPPED.get((self.file, self.call)) or STOPPED.get((self.file, ""), "")

    @property
    def package(self) -> str:
        return self.file.partition("/")[0]

    @property
    def name(self) -> str:
        return f"{self.file.rpartition('/')[2].removesuffix('.py')}:{self.call}"


def _quick(file: str, *calls: str) -> list[Entry]:
    return [Entry(file, call, quick=True) for call in calls]


def _full(file: str, *calls: str) -> list[Entry]:
    return [Entry(file, call) for call in calls]


_UNET = [
    *_quick(
        UNET,
        "custom_unet((32, 32, 3), num_layers=2, filters=4)",
        'custom_unet((32, 32, 3), num_layers=2, filters=4, upsample_mode="simple", '
        'dropout_type="standard", use_batch_norm=False)',
        "custom_unet((32, 32, 3), num_layers=2, filters=4, use_attention=True)",
    ),
    *_full(
        UNET,
        "custom_unet((32, 48, 1), num_classes=4, num_layers=1, filters=8, "
        'output_activation="softmax")',
        'custom_unet((32, 32, 3), 2, "elu", num_layers=3, filters=4)',
        'custom_unet((32, 32, 3), activation="swish", num_layers=2, filters=4, dropout=0.0)',
        "custom_unet((32, 32, 3), num_layers=2, filters=4, dropout=0.1, "
        "dropout_change_per_layer=0.1, use_dropout_on_upsampling=True)",
        "custom_unet((32, 32, 3), num_layers=2, filters=4, use_dropout_on_upsampling=True, "
        'dropout_type="standard", use_batch_norm=False)',
        'custom_unet((32, 32, 3), num_layers=2, filters=4, upsample_mode="simple")',
        "custom_unet((32, 32, 3), num_layers=2, filters=4, use_attention=True, "
        'upsample_mode="simple", dropout_type="standard", use_batch_norm=False)',
        "custom_unet((32, 32, 3), num_layers=2, filters=4, use_attention=True, dropout=0.2, "
        "dropout_change_per_layer=0.05, use_dropout_on_upsampling=True, num_classes=3, "
        'output_activation="softmax")',
        "custom_unet((32, 32, 3), num_layers=2, filters=4, activation=None, "
        'output_activation="linear")',
        'custom_unet(input_shape=(48, 32, 2), num_layers=2, filters=4, activation="tanh", '
        "use_batch_norm=False, dropout=0)",
        "custom_unet((64, 64, 3))",
        "custom_unet((64, 64, 3), use_attention=True)",
    ),
    *_quick(VANILLA, "vanilla_unet((44, 44, 3), filters=4, num_layers=2)"),
    *_full(
        VANILLA,
        "vanilla_unet((92, 92, 1), num_classes=3, filters=4, num_layers=3, "
        'output_activation="softmax")',
        "vanilla_unet((44, 60, 3), dropout=0.0, filters=8, num_layers=2)",
        "vanilla_unet((188, 188, 1), filters=8)",
    ),
    *_quick(SATELLITE, "satellite_unet((32, 32, 3), num_layers=2)"),
    *_full(
        SATELLITE,
        "satellite_unet((64, 64, 3))",
        'satellite_unet((32, 32, 4), num_classes=3, output_activation="softmax", num_layers=3)',
    ),
    *_quick(VNET, "custom_vnet((16, 16, 16, 1), num_layers=2, filters=4)"),
    *_full(
        VNET,
        'custom_vnet((16, 16, 16, 2), num_layers=2, filters=4, upsample_mode="simple", '
        'dropout_type="standard", use_batch_norm=False)',
        "custom_vnet((16, 16, 16, 1), num_layers=2, filters=4, use_attention=True)",
        "custom_vnet((16, 16, 8, 1), num_classes=3, num_layers=2, filters=4, dropout=0.1, "
        "dropout_change_per_layer=0.1, use_dropout_on_upsampling=True, "
        'output_activation="softmax", activation="elu")',
        "custom_vnet((16, 16, 16, 1), num_layers=3, filters=4, dropout=0.0)",
    ),
]

_FACES = [
    *_full(f"{FACES}/ArcFace.py", "load_model()", "ResNet34()"),
    *_quick(f"{FACES}/DeepID.py", "load_model()"),
    *_quick(f"{FACES}/Facenet.py", "InceptionResNetV1()"),
    *_full(
        f"{FACES}/Facenet.py",
        "InceptionResNetV1(dimension=512)",
        "load_facenet128d_model()",
        "load_facenet512d_model()",
    ),
    *_full(f"{FACES}/FbDeepFace.py", "load_model()"),
    *_full(f"{FACES}/GhostFaceNet.py", "GhostFaceNetV1()", "load_model()"),
    *_full(f"{FACES}/OpenFace.py", "load_model()"),
    *_full(f"{FACES}/VGGFace.py", "base_model()", "load_model()"),
    *_full(f"{PEOPLE}/Age.py", "load_model()"),
    *_quick(f"{PEOPLE}/Emotion.py", "load_model()"),
    *_full(f"{PEOPLE}/Gender.py", "load_model()"),
    *_full(f"{PEOPLE}/Race.py", "load_model()"),
    *_full("retinaface/model/retinaface_model.py", "build_model()"),
]


def _application(module: str, name: str, size: int, quick: bool = False) -> Entry:
    call = f"{name}(weights=None, input_shape=({size}, {size}, 3), classes=7)"
    return Entry(f"{APPLICATIONS}/{module}.py", call, quick=quick)


_APPLICATIONS = [
    _application("vgg16", "VGG16", 32),
    _application("vgg19", "VGG19", 32),
    _application("resnet", "ResNet50", 64, quick=True),
    _application("resnet", "ResNet101", 64),
    _application("resnet", "ResNet152", 64),
    _application("xception", "Xception", 96, quick=True),
    _application("inception_v3", "InceptionV3", 107),
    _application("mobilenet", "MobileNet", 64, quick=True),
    _application("mobilenet_v2", "MobileNetV2", 64, quick=True),
    _application("densenet", "DenseNet121", 64),
    _application("efficientnet", "EfficientNetB0", 64),
    _application("efficientnet_v2", "EfficientNetV2B0", 64),
    _application("efficientnet_v2", "EfficientNetV2S", 64),
]

#: What doesn't verify yet, by file and call (all calls of a file where that is empty), and why.
#: Strictly: an entry that has come to pass must be taken out.
STOPPED = {
    (f"{FACES}/GhostFaceNet.py", ""): "T2T104: clone_model with a function that replaces layers",
}

ENTRIES = [*_UNET, *_FACES, *_APPLICATIONS]

#: The other models of keras.applications: what comes of them is reported, not required.
OTHERS = {
    f"{APPLICATIONS}/convnext.py": [
        f"ConvNeXt{size}" for size in ("Tiny", "Small", "Base", "Large", "XLarge")
    ],
    f"{APPLICATIONS}/densenet.py": ["DenseNet169", "DenseNet201"],
    f"{APPLICATIONS}/efficientnet.py": [f"EfficientNetB{number}" for number in range(1, 8)],
    f"{APPLICATIONS}/efficientnet_v2.py": [
        f"EfficientNetV2{size}" for size in ("B1", "B2", "B3", "M", "L")
    ],
    f"{APPLICATIONS}/inception_resnet_v2.py": ["InceptionResNetV2"],
    f"{APPLICATIONS}/mobilenet_v3.py": ["MobileNetV3Small", "MobileNetV3Large"],
    f"{APPLICATIONS}/nasnet.py": ["NASNetMobile", "NASNetLarge"],
    f"{APPLICATIONS}/resnet_v2.py": ["ResNet50V2", "ResNet101V2", "ResNet152V2"],
}
