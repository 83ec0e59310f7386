from tensorflow import keras
from tensorflow.keras import applications, layers

BACKBONES = {
    "densenet121": applications.DenseNet121,
    "inception_v3": applications.InceptionV3,
    "xception": applications.Xception,
}


def build_by_name(backbone, classes, weights="imagenet"):
    base = BACKBONES[backbone](include_top=False, weights=weights, input_shape=(299, 299, 3))
    x = layers.GlobalAveragePooling2D()(base.output)
    return keras.Model(base.input, layers.Dense(classes, activation="softmax")(x))


def build_by_condition(arch="vgg16", input_shape=(224, 224, 3), classes=5, fine_tune=False):
    if arch == "vgg16":
        base = applications.VGG16(include_top=False, input_shape=input_shape)
    elif arch == "resnet50":
        base = applications.ResNet50(include_top=False, input_shape=input_shape)
    else:
        base = applications.MobileNetV2(include_top=False, input_shape=input_shape)
    base.trainable = fine_tune
    inputs = keras.Input(shape=input_shape)
    x = base(inputs)
    x = layers.Conv2D(64, 1, activation="relu")(x)
    x = layers.GlobalMaxPooling2D()(x)
    outputs = layers.Dense(classes)(x)
    return keras.Model(inputs, outputs)
