"""Source of the data sets of images that torch lacks, and of what changes their images."""

from itertools import product

from rules.emitted import FUNCTIONAL, NN, TORCH, emitted

_IMPORTS = ("import os", "import numpy as np", "import PIL.Image", TORCH)

#: How names of classes begin, by Keras's modes of labels and of colors.
LABELS = {
    "int": "",
    "sparse": "",
    "categorical": "OneHot",
    "binary": "Column",
    "input": "Paired",
    None: "Unlabeled",
}
MODES = {"rgb": "", "rgba": "Alpha", "grayscale": "Gray"}

#: What comes of an image and its label, and how that is called.
_GIVEN = {
    "": (", and their classes", "IMAGE, label"),
    "OneHot": (", and rows for their classes", "IMAGE, one_hot"),
    "Column": (", and which of two classes it is", "IMAGE, torch.tensor([float(label)])"),
    "Paired": (", each twice", "IMAGE, IMAGE"),
    "Unlabeled": ("", "IMAGE"),
}
#: How a file is opened, and made an array.
OPENED = {
    "": ('image = PIL.Image.open(path).convert("RGB")', "np.array(image)"),
    "Alpha": ('image = PIL.Image.open(path).convert("RGBA")', "np.array(image)"),
    "Gray": ('image = PIL.Image.open(path).convert("L")', "np.array(image)[..., None]"),
}

#: How a folder with one for each class lists its files.
FOLDER_SAMPLES = """\
        self.samples = [
            (os.path.join(folder, name), label)
            for label, class_name in enumerate(self.classes)
            for folder, _, names in sorted(os.walk(os.path.join(root, class_name)))
            for name in sorted(names)
            if name.lower().endswith(EXTENSIONS)
        ]

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        path, LABEL = self.samples[index]
"""

_FOLDER = f'''
class NAME(Dataset):
    """Resized images of a folder with one for each classWITH."""

    def __init__(
        self,
        root,
        size,
        mode="bilinear",  #? mode
    ):
        self.size = size
        self.mode = mode  #? mode
        self.classes = sorted(
            entry.name
            for entry in os.scandir(root)
            if entry.is_dir() and not entry.name.startswith(".")
        )
{FOLDER_SAMPLES.rstrip()}
        OPENED
        image = torch.as_tensor(ARRAY, dtype=torch.float32)
        image = image.movedim(-1, 0)[None]
        image = F.interpolate(image, self.size, mode="bilinear")[0]  #? !mode
        image = F.interpolate(image, self.size, mode=self.mode)[0]  #? mode
        return GIVEN
'''
_EXTENSIONS = '(".bmp", ".gif", ".jpeg", ".jpg", ".png")'


def _declare(name: str, source: str, image: str, labels: str, colors: str, *imports: str) -> None:
    """Declare the class of a folder for a kind of labels and of colors."""
    what, given = _GIVEN[labels]
    emitted(
        name,
        source.replace("NAME", name)
        .replace("WITH", what)
        .replace("GIVEN", given)
        .replace("one_hot", "torch.eye(len(self.classes))[label]")
        .replace("IMAGE", image)
        .replace("LABEL", "label" if "label" in given or "one_hot" in given else "_")
        .replace("OPENED", OPENED[colors][0])
        .replace("ARRAY", OPENED[colors][1]),
        (),
        *_IMPORTS,
        *imports,
        early=True,
    )


#: What `crop_to_aspect_ratio` does before an image is resized.
_CROPPED = """
        width, height = image.size
        rows, columns = self.size
        kept_rows = min(height, width * rows // columns)
        kept_columns = min(width, height * columns // rows)
        top, left = (height - kept_rows) // 2, (width - kept_columns) // 2
        image = image.crop((left, top, left + kept_columns, top + kept_rows))"""


def _whole(source: str) -> str:
    """The same, of all files of a folder and those below it, which have no classes."""
    start, end = source.index("        self.classes = "), source.index("        self.samples = ")
    source = source[:start] + source[end:]
    start = source.index("            (os.path.join(folder, name), label)")
    end = source.index("            for name in sorted(names)")
    listed = """\
            os.path.join(folder, name)
            for folder, _, names in sorted(os.walk(root))
"""
    source = source[:start] + listed + source[end:]
    source = source.replace("with one for each class", "and those below it")
    return source.replace("path, LABEL = ", "path = ")


def _declare_folder(labels: str, colors: str, cropped: bool) -> None:
    source = _FOLDER.replace("EXTENSIONS", _EXTENSIONS)
    source = source.replace("OPENED", f"OPENED{_CROPPED}" if cropped else "OPENED")
    name = f"{'Cropped' if cropped else ''}{labels}{colors}ImageFolder"
    image = "image.movedim(0, -1)"
    if labels == "Unlabeled":
        _declare(name, _whole(source), image, labels, colors, FUNCTIONAL)
        return
    _declare(name, source, image, labels, colors, FUNCTIONAL)
    source = source.replace("        size,\n", "        size,\n        classes,\n")
    start, end = source.index("        self.classes = "), source.index("        self.samples = ")
    source = f"{source[:start]}        self.classes = classes\n{source[end:]}"
    _declare(f"{name}OfClasses", source, image, labels, colors, FUNCTIONAL)


for _labels, _colors in product(("", "OneHot", "Column", "Unlabeled"), MODES.values()):
    for _cropped in (False, True):
        _declare_folder(_labels, _colors, _cropped)

_PART = '''
def NAME(folder, share, subsetSEED):
    """Keep the images to train with, or the ORDER share that validates."""
SHUFFLE\
    count = len(folder) - int(share * len(folder))
    parts = {"training": folder.samples[:count], "validation": folder.samples[count:]}
    folder.samples = parts[subset]
    return folder
'''
emitted(
    "random_part",
    _PART.replace("NAME", "random_part")
    .replace("SEED", ", seed")
    .replace("ORDER", "random")
    .replace("SHUFFLE", "    np.random.RandomState(seed).shuffle(folder.samples)\n"),
    (),
    "import numpy as np",
    early=True,
)
emitted(
    "part_in_order",
    _PART.replace("NAME", "part_in_order")
    .replace("SEED", "")
    .replace("ORDER", "last")
    .replace("SHUFFLE", ""),
    (),
    early=True,
)

_DIRECTORY = f'''
class NAME(Dataset):
    """Transformed images of a folder with one for each classWITH."""

    def __init__(
        self,
        root,
        size,
        transform,
        resample=PIL.Image.NEAREST,  #? resample
        color_mode="rgb",  #? color_mode
    ):
        self.root = root
        self.size = size
        self.transform = transform
        self.resample = resample  #? resample
        self.colors = {{"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}}[color_mode]  #? color_mode
        self.classes = sorted(
            entry.name for entry in os.scandir(root) if entry.is_dir()
        )
        self.class_to_idx = {{name: label for label, name in enumerate(self.classes)}}
{FOLDER_SAMPLES.rstrip()}
        OPENED
        image = image.resize(self.size[::-1], PIL.Image.NEAREST)  #? !resample
        image = image.resize(self.size[::-1], self.resample)  #? resample
        image = torch.as_tensor(ARRAY, dtype=torch.float32)
        image = image.reshape(*self.size, -1)  #? color_mode
        image = self.transform(image)
        return GIVEN
'''
_FILES = """
                (".bmp", ".jpeg", ".jpg", ".png", ".ppm", ".tif", ".tiff")
            """


def _listed(source: str) -> str:
    """The same, of classes that are listed."""
    start, end = source.index("        self.classes = "), source.index("        self.class_to_idx")
    return source.replace("        transform,\n", "        transform,\n        classes,\n").replace(
        source[start:end], "        self.classes = classes\n"
    )


#: As Keras reads them: grays of 16 bits stay as they are.
DEEP_GRAY = """\
image = PIL.Image.open(path)
        if image.mode not in ("I", "I;16"):
            image = image.convert("L")"""
#: How a file of a generator is opened, by its colors; those of "" may be any.
OPENED_BY_GENERATOR = {
    "": """\
image = PIL.Image.open(path).convert("RGB")  #? !color_mode
        image = PIL.Image.open(path)  #? color_mode
        if self.colors != "L" or image.mode not in ("I", "I;16"):  #? color_mode
            image = image.convert(self.colors)""",
    "Alpha": OPENED["Alpha"][0],
    "Gray": DEEP_GRAY,
}
for _labels, _colors in product(("", "OneHot", "Paired", "Unlabeled"), MODES.values()):
    _source = _DIRECTORY.replace("OPENED", OPENED_BY_GENERATOR[_colors])
    for _name, _given_classes in (("ImageDirectory", False), ("ImagesOfClasses", True)):
        _declare(
            f"{_labels}{_colors}{_name}",
            (_listed(_source) if _given_classes else _source).replace("EXTENSIONS", _FILES),
            "image",
            _labels,
            _colors,
        )

emitted(
    "part_of_classes",
    '''
def part_of_classes(directory, start, stop):
    """Keep the images of each class from one fraction of them to another."""
    kept = []
    for number in range(len(directory.classes)):
        images = [sample for sample in directory.samples if sample[1] == number]
        kept += images[int(start * len(images)) : int(stop * len(images))]
    directory.samples = kept
    return directory
''',
    (),
    early=True,
)

emitted(
    "names_of_files",
    '''
def names_of_files(directory):
    """The files of the images, from the folders of their classes on."""
    return [os.path.relpath(path, directory.root) for path, _ in directory.samples]
''',
    (),
    "import os",
    early=True,
)

emitted(
    "labels_of",
    '''
def labels_of(directory):
    """The class of each image, as an array."""
    return np.array([label for _, label in directory.samples], dtype="int32")
''',
    (),
    "import numpy as np",
    early=True,
)

emitted(
    "Rescale",
    '''
class Rescale(nn.Module):
    """Multiplies images by a factor."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, image):
        return image * self.factor
''',
    (),
    NN,
    early=True,
)

emitted(
    "ArrayFunction",
    '''
class ArrayFunction(nn.Module):
    """A function of arrays, for images that are tensors."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, image):
        return torch.as_tensor(self.function(image.numpy()), dtype=torch.float32)
''',
    (),
    TORCH,
    NN,
    early=True,
)

emitted(
    "ImageFunction",
    '''
class ImageFunction(nn.Module):
    """A function of images."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, image):
        return self.function(image)
''',
    (),
    NN,
    early=True,
)

emitted(
    "RandomMirror",
    '''
class RandomMirror(nn.Module):
    """Mirrors images along an axis, half of the time."""

    def __init__(self, axis):
        super().__init__()
        self.axis = axis

    def forward(self, image):
        return image.flip(self.axis) if torch.rand(()) < 0.5 else image
''',
    (),
    TORCH,
    NN,
    early=True,
)
