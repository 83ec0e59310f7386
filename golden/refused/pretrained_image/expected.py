import numpy as np
import PIL.Image
from tensorflow.keras.applications.resnet50 import (
    ResNet50,
    decode_predictions,
)


def center_bgr(images):
    """BGR images without the mean colors of ImageNet; floats change in place."""
    if not np.issubdtype(images.dtype, np.floating):
        images = images.astype("float32")
    images -= np.array([123.68, 116.779, 103.939], dtype=images.dtype)
    return np.ascontiguousarray(images[..., ::-1])


def img_to_array(image):
    """An image as numbers, with an axis for its channels."""
    array = np.asarray(image, dtype="float32")
    return array[..., np.newaxis] if array.ndim == 2 else array


def load_img(path, size=None, mode="RGB", resample=PIL.Image.NEAREST):
    """An image, of so many rows and columns; 16-bit grays stay as they are."""
    image = PIL.Image.open(path)
    if mode != "L" or image.mode not in ("I", "I;16"):
        image = image.convert(mode)
    return image if size is None else image.resize((size[1], size[0]), resample)


# TODO(tf2torch) T2T103: `ResNet50` is left as it is: torchvision.models has the nearest, with other weights and other preprocessing
model = ResNet50(weights="imagenet")
for path in ("elephant.jpg", "zebra.jpg"):
    img = load_img(path, (224, 224))
    x = img_to_array(img)
    x = np.expand_dims(x, axis=0)
    x = center_bgr(x)
    # TODO(tf2torch) T2T101: `predict` is left as it is: the pretrained model is
    preds = model.predict(x)
    # the three likeliest
    print("Predicted:", decode_predictions(preds, top=3)[0])
