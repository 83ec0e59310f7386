"""Source of data sets of images whose files a table names."""

from itertools import product

from rules.emitted import TORCH, emitted
from rules.emitted_images import MODES, OPENED, OPENED_BY_GENERATOR

_TABLE = '''
class NAME(Dataset):
    """Transformed images of the files that a table namesWITH."""

    def __init__(
        self,
        table,
        root,
        namesCOLUMN,
        size,
        transformCLASSES,
        resample=PIL.Image.NEAREST,  #? resample
        color_mode="rgb",  #? color_mode
    ):
        self.size = size
        self.transform = transform
        self.resample = resample  #? resample
        self.colors = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}[color_mode]  #? color_mode
        paths = [os.path.join(root, name) for name in table[names]]
SAMPLES

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        TAKEN = self.samples[index]
        OPENED
        image = image.resize(self.size[::-1], PIL.Image.NEAREST)  #? !resample
        image = image.resize(self.size[::-1], self.resample)  #? resample
        image = torch.as_tensor(ARRAY, dtype=torch.float32)
        image = image.reshape(*self.size, -1)  #? color_mode
        image = self.transform(image)
        return GIVEN


def is_image(path):
    """Whether there is an image under this path."""
    endings = (".bmp", ".jpeg", ".jpg", ".png", ".ppm", ".tif", ".tiff")
    return path.lower().endswith(endings) and os.path.isfile(path)
'''
_ROWS = """\
        rows = [row for row in zip(paths, table[labels]) if is_image(row[0])]
        self.classes = sorted({label for _, label in rows})
        self.class_to_idx = {name: label for label, name in enumerate(self.classes)}
        self.samples = [(path, self.class_to_idx[name]) for path, name in rows]"""
_OF_CLASSES = """\
        self.classes = classes
        self.class_to_idx = {name: label for label, name in enumerate(self.classes)}
        self.samples = [
            (path, self.class_to_idx[label])
            for path, label in zip(paths, table[labels])
            if is_image(path) and label in self.class_to_idx
        ]"""
_TARGETS = """\
        rows = zip(paths, table[targets].to_numpy())
        self.samples = [(path, target) for path, target in rows if is_image(path)]"""
_ALONE = """\
        self.samples = [path for path in paths if is_image(path)]"""

#: By the mode of the labels: what the class says of them, the column that holds them, how the
#: samples are listed, and what is given of one.
_KINDS = {
    "": (", and their classes", "labels", _ROWS, "image, label"),
    "OneHot": (
        ", and rows for their classes", "labels", _ROWS,
        "image, torch.eye(len(self.classes))[label]",
    ),
    "Target": (", and their targets", "targets", _TARGETS, "image, torch.as_tensor(target)"),
    "Paired": (", each twice", "", _ALONE, "image, image"),
    "Unlabeled": ("", "", _ALONE, "image"),
}  # fmt: skip


def _declare(kind: str, colors: str, of_classes: bool) -> None:
    what, column, samples, given = _KINDS[kind]
    array = OPENED[colors][1]
    taken = "path" if not column else "path, target" if kind == "Target" else "path, label"
    name = f"{kind}{colors}ImageTable{'OfClasses' if of_classes else ''}"
    source = (
        _TABLE.replace("NAME", name)
        .replace("WITH", what)
        .replace("COLUMN", f",\n        {column}" if column else "")
        .replace("CLASSES", ",\n        classes" if of_classes else "")
        .replace("SAMPLES", _OF_CLASSES if of_classes else samples)
        .replace("TAKEN", taken)
        .replace("OPENED", OPENED_BY_GENERATOR[colors])
        .replace("ARRAY", array)
        .replace("GIVEN", given)
    )
    source, function = source.split("\n\n\n")
    emitted(
        name,
        source + "\n",
        ("is_image",),
        "import os",
        "import numpy as np",
        "import PIL.Image",
        TORCH,
        early=True,
    )
    if name == "ImageTable":
        emitted("is_image", "\n" + function, (), "import os", early=True)


for _kind, _colors in product(_KINDS, MODES.values()):
    _declare(_kind, _colors, of_classes=False)
    if _kind in ("", "OneHot"):
        _declare(_kind, _colors, of_classes=True)

emitted(
    "part_of_rows",
    '''
def part_of_rows(images, start, stop):
    """Keep the images from one fraction of all to another."""
    count = len(images)
    images.samples = images.samples[int(start * count) : int(stop * count)]
    return images
''',
    (),
    early=True,
)
