from keras import layers, Model, Input, backend


def block3(x, filters, groups=4):
    x = layers.Conv2D(filters, 1, use_bias=False)(x)
    c = filters // groups
    x = layers.ZeroPadding2D(padding=((1, 1), (1, 1)))(x)
    x = layers.DepthwiseConv2D(3, depth_multiplier=c, use_bias=False)(x)
    x_shape = backend.int_shape(x)[1:-1]
    x = layers.Reshape(x_shape + (groups, c, c))(x)
    x = layers.Lambda(lambda x: sum([x[:, :, :, :, i] for i in range(c)]))(x)
    x = layers.Reshape(x_shape + (filters,))(x)
    x = layers.BatchNormalization(axis=3)(x)
    return x


inputs = Input((8, 8, 3))
x = inputs
for filters in (8, 12):
    x = block3(x, filters)
model = Model(inputs, x)
