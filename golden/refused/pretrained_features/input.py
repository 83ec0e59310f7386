from tensorflow.keras import Input, Model
from tensorflow.keras.applications import VGG16, ResNet50
from tensorflow.keras.layers import Activation, BatchNormalization, Concatenate, Conv2D
from tensorflow.keras.layers import Conv2DTranspose, Dense, Flatten


def conv_block(x, filters):
    for _ in range(2):
        x = Conv2D(filters, 3, padding="same")(x)
        x = BatchNormalization()(x)
        x = Activation("relu")(x)
    return x


def decoder_block(x, skip, filters):
    x = Conv2DTranspose(filters, 2, strides=2, padding="same")(x)
    x = Concatenate()([x, skip])
    return conv_block(x, filters)


def build_vgg16_unet(input_shape=(256, 256, 3)):
    inputs = Input(input_shape)
    vgg16 = VGG16(include_top=False, weights="imagenet", input_tensor=inputs)

    # encoder
    s1 = vgg16.get_layer("block1_conv2").output
    s2 = vgg16.get_layer("block2_conv2").output
    s3 = vgg16.get_layer("block3_conv3").output

    # bridge
    b1 = vgg16.get_layer("block4_conv3").output

    # decoder
    d1 = decoder_block(b1, s3, 256)
    d2 = decoder_block(d1, s2, 128)
    d3 = decoder_block(d2, s1, 64)
    outputs = Conv2D(1, 1, activation="sigmoid")(d3)
    return Model(inputs, outputs, name="VGG16_U-Net")


def build_embedding():
    base = ResNet50(weights="imagenet", include_top=False, input_shape=(128, 128, 3))
    features = base.get_layer("conv4_block6_out").output
    return Model(inputs=base.input, outputs=[Dense(64)(Flatten()(features)), base.output])
