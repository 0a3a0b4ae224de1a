"""Make bn_lib/data/libraries.npz: the same layers, computed by PyTorch, Keras and Flax.

pip install torch keras flax      (into an environment of its own: nothing else here needs them)
python -m tools.records.libraries

Each snippet of `UNDO` and `LAYERS` is executed as it stands; notebook 10 shows those of `UNDO`.
All is computed in float32, the libraries' usual type, with the settings of bn_lib: eps 1e-5, and a
new batch that weighs 0.1 in the running statistics.
"""

import os
from importlib.metadata import version

import numpy as np

from bn_lib.data.archive import HERE
from bn_lib.data.records import write

FILE = HERE / "libraries.npz"
SHAPE = (4, 6, 3, 3)  # examples, channels, rows, columns
GROUPS = 2
NORMS = ("batch", "instance", "group", "layer", "RMS")  # the last two of x[:, :, 0, 0]

# Batch norm that gives a batch x of shape (4, 6, 3, 3) back.
UNDO = {
    "PyTorch": """\
layer = torch.nn.BatchNorm2d(6, eps=1e-5, momentum=0.1)
var, mean = torch.var_mean(x, dim=(0, 2, 3), correction=0)
layer.weight.data = torch.sqrt(var + layer.eps)
layer.bias.data = mean
y = layer(x)
""",
    "Keras": """\
layer = keras.layers.BatchNormalization(axis=1, epsilon=1e-5, momentum=0.9)
layer.build(x.shape)
mean, var = keras.ops.moments(x, axes=(0, 2, 3))
layer.set_weights([keras.ops.sqrt(var + layer.epsilon), mean, *layer.get_weights()[2:]])
y = layer(x, training=True)
""",
    "Flax": """\
layer = nnx.BatchNorm(6, axis=1, epsilon=1e-5, momentum=0.9, rngs=nnx.Rngs(0))
mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3))
layer.scale[...] = jnp.sqrt(var + layer.epsilon)
layer.bias[...] = mean
y = layer(x)
""",
}
# Each norm as a layer with settings that match, gamma and beta still to be set.
LAYERS = {
    "PyTorch": {
        "batch": "torch.nn.BatchNorm2d(6, eps=1e-5, momentum=0.1)",
        "instance": "torch.nn.InstanceNorm2d(6, eps=1e-5, affine=True)",
        "group": "torch.nn.GroupNorm(2, 6, eps=1e-5)",
        "layer": "torch.nn.LayerNorm(6, eps=1e-5)",
        "RMS": "torch.nn.RMSNorm(6, eps=1e-5)",
    },
    "Keras": {
        "batch": "keras.layers.BatchNormalization(axis=1, epsilon=1e-5, momentum=0.9)",
        "instance": "keras.layers.GroupNormalization(groups=-1, axis=1, epsilon=1e-5)",
        "group": "keras.layers.GroupNormalization(groups=2, axis=1, epsilon=1e-5)",
        "layer": "keras.layers.LayerNormalization(epsilon=1e-5)",
        "RMS": "keras.layers.RMSNormalization(epsilon=1e-5)",
    },
    "Flax": {
        "batch": "nnx.BatchNorm(6, axis=1, epsilon=1e-5, momentum=0.9, rngs=nnx.Rngs(0))",
        "instance": "nnx.InstanceNorm(6, feature_axes=1, epsilon=1e-5, rngs=nnx.Rngs(0))",
        "group": "nnx.GroupNorm(6, 2, feature_axis=1, "
        "reduction_axes=(1, 2, 3), epsilon=1e-5, rngs=nnx.Rngs(0))",
        "layer": "nnx.LayerNorm(6, epsilon=1e-5, rngs=nnx.Rngs(0))",
        "RMS": "nnx.RMSNorm(6, epsilon=1e-5, rngs=nnx.Rngs(0))",
    },
}


def batches():
    """Two batches (2, 4, 6, 3, 3) with different channels and examples, gamma and beta (2, 6)."""
    rng = np.random.default_rng(0)
    channels = rng.normal(0, 2, (6, 1, 1)) + rng.uniform(0.5, 3, (6, 1, 1)) * rng.normal(
        size=(2, *SHAPE)
    )
    examples = rng.normal(0, 1, (2, 4, 1, 1, 1))
    return (channels + examples).astype(np.float32), rng.normal(1, 1, (2, 6)).astype(np.float32)


def pytorch():
    """The modules that PyTorch's snippets use, and how its layers are set, called and asked."""
    import torch

    def set_weights(layer, gamma, beta):
        layer.weight.data = torch.tensor(gamma)
        if getattr(layer, "bias", None) is not None:
            layer.bias.data = torch.tensor(beta)

    def inference(layer, x):
        return layer.eval()(x)

    def running(layer):
        return layer.running_mean, layer.running_var

    return (
        {"torch": torch},
        torch.tensor,
        set_weights,
        lambda layer, x: layer(x),
        inference,
        running,
    )


def of_keras():
    """The same for Keras, which runs on JAX here."""
    os.environ["KERAS_BACKEND"] = "jax"
    import keras

    def set_weights(layer, gamma, beta):
        others = layer.get_weights()[2:]
        layer.set_weights([gamma, beta, *others] if len(layer.weights) > 1 else [gamma])

    def training(layer, x):
        return layer(x, training=True) if "batch" in layer.name else layer(x)

    def inference(layer, x):
        return layer(x, training=False)

    def running(layer):
        return layer.moving_mean, layer.moving_variance

    def array(x):
        return keras.ops.convert_to_tensor(x)

    return {"keras": keras}, array, set_weights, training, inference, running


def of_flax():
    """The same for Flax."""
    import jax.numpy as jnp
    from flax import nnx

    def set_weights(layer, gamma, beta):
        layer.scale[...] = gamma
        if getattr(layer, "bias", None) is not None:
            layer.bias[...] = beta

    def inference(layer, x):
        return layer(x, use_running_average=True)

    def running(layer):
        return layer.mean[...], layer.var[...]

    names = {"jnp": jnp, "nnx": nnx}
    return names, jnp.asarray, set_weights, lambda layer, x: layer(x), inference, running


LIBRARIES = {"PyTorch": (pytorch, "torch"), "Keras": (of_keras, "keras"), "Flax": (of_flax, "flax")}


def numbers(array):
    """A library's array as NumPy's."""
    return np.asarray(array.detach() if hasattr(array, "detach") else array)


def computed(library):
    """What a library makes of the batches, by name; see `libraries` in bn_lib/data/records.py."""
    names, array, set_weights, training, inference, running = LIBRARIES[library][0]()
    (x, later), (gamma, beta) = batches()
    found = {}
    for norm in NORMS:
        layer = eval(LAYERS[library][norm], dict(names))
        rows = norm in ("layer", "RMS")
        if library == "Keras":
            layer.build(SHAPE[:2] if rows else SHAPE)
        set_weights(layer, gamma, beta)
        found[norm] = numbers(training(layer, array(x[:, :, 0, 0] if rows else x)))
        if norm == "batch":
            training(layer, array(later))
            found["running_mean"], found["running_var"] = map(numbers, running(layer))
            found["inference"] = numbers(inference(layer, array(x)))
    undo = dict(names, x=array(x))
    exec(UNDO[library], undo)
    found["undone"] = numbers(undo["y"])
    return found


def make():
    """Let each library compute, and write the record that `bn_lib.data.libraries` reads."""
    (x, later), (gamma, beta) = batches()
    found = {library: computed(library) for library in LIBRARIES}
    image, rows, channel = "example channel row column", "example channel", "channel"
    axes = dict.fromkeys(("batch", "instance", "group", "inference", "undone"), image)
    axes |= dict.fromkeys(("layer", "RMS"), rows)
    axes |= dict.fromkeys(("running_mean", "running_var"), channel)
    arrays = {
        name: (f"library {over}", np.stack([each[name] for each in found.values()]))
        for name, over in axes.items()
    }
    versions = [version(package) for _, package in LIBRARIES.values()]
    write(
        FILE,
        {"library": list(LIBRARIES)},
        version=("library", versions),
        x=(image, x),
        later=(image, later),
        gamma=(channel, gamma),
        beta=(channel, beta),
        **arrays,
    )


if __name__ == "__main__":
    make()
