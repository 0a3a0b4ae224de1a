"""Make bn_lib/data/libraries.npz: the same layers, computed by PyTorch, Keras and Flax.

pip install torch keras flax      (into an environment of its own: nothing else here needs them)
python -m tools.records.libraries

Each snippet of `UNDO` and `LAYERS` is executed as it stands; notebook 10 shows those of `UNDO`.
All is computed in float32, the libraries' usual type, with the settings of bn_lib: eps 1e-5, and a
new batch that weighs 0.1 in the running statistics.
"""

import os
from collections.abc import Callable
from importlib.metadata import version
from typing import NamedTuple

import numpy as np

from bn_lib.data.archive import HERE
from bn_lib.data.records import write

FILE = HERE / "libraries.npz"
SHAPE = (4, 6, 3, 3)  # examples, channels, rows, columns
GROUPS = 2
FAR = np.float32(10_000)  # a mean far from 0, where a variance may lose its digits
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
        "instance": "nnx.InstanceNorm(6, epsilon=1e-5, rngs=nnx.Rngs(0))",
        "group": "nnx.GroupNorm(6, num_groups=2, epsilon=1e-5, rngs=nnx.Rngs(0))",
        "layer": "nnx.LayerNorm(6, epsilon=1e-5, rngs=nnx.Rngs(0))",
        "RMS": "nnx.RMSNorm(6, epsilon=1e-5, rngs=nnx.Rngs(0))",
        "batch, exact": "nnx.BatchNorm(6, axis=1, epsilon=1e-5, momentum=0.9, "
        "use_fast_variance=False, rngs=nnx.Rngs(0))",
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


class Library(NamedTuple):
    """How a library's layers are given their numbers, called, and asked for what they keep.

    names: the modules that the snippets use. array: from NumPy's array to the library's.
    set(layer, shape, gamma, beta); training(layer, x) and inference(layer, x), which return y;
    running(layer), which returns mean and var.
    """

    names: dict
    array: Callable
    set: Callable
    training: Callable
    inference: Callable
    running: Callable


def pytorch():
    """PyTorch."""
    import torch

    def set_numbers(layer, shape, gamma, beta):
        layer.weight.data = torch.tensor(gamma)
        if getattr(layer, "bias", None) is not None:
            layer.bias.data = torch.tensor(beta)

    return Library(
        names={"torch": torch},
        array=torch.tensor,
        set=set_numbers,
        training=lambda layer, x: layer(x),
        inference=lambda layer, x: layer.eval()(x),
        running=lambda layer: (layer.running_mean, layer.running_var),
    )


def in_keras():
    """Keras, which computes by JAX here."""
    os.environ["KERAS_BACKEND"] = "jax"
    import keras

    def set_numbers(layer, shape, gamma, beta):
        layer.build(shape)
        kept = layer.get_weights()
        layer.set_weights([gamma, beta, *kept[2:]][: len(kept)])

    def training(layer, x):
        has_modes = isinstance(layer, keras.layers.BatchNormalization)
        return layer(x, training=True) if has_modes else layer(x)

    return Library(
        names={"keras": keras},
        array=keras.ops.convert_to_tensor,
        set=set_numbers,
        training=training,
        inference=lambda layer, x: layer(x, training=False),
        running=lambda layer: (layer.moving_mean, layer.moving_variance),
    )


def in_flax():
    """Flax, which knows groups of channels only where these come last."""
    import jax.numpy as jnp
    from flax import nnx

    def set_numbers(layer, shape, gamma, beta):
        layer.scale[...] = gamma
        if getattr(layer, "bias", None) is not None:
            layer.bias[...] = beta

    def training(layer, x):
        if isinstance(layer, nnx.InstanceNorm | nnx.GroupNorm):
            return layer(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
        return layer(x)

    return Library(
        names={"jnp": jnp, "nnx": nnx},
        array=jnp.asarray,
        set=set_numbers,
        training=training,
        inference=lambda layer, x: layer(x, use_running_average=True),
        running=lambda layer: (layer.mean[...], layer.var[...]),
    )


LIBRARIES = {"PyTorch": pytorch, "Keras": in_keras, "Flax": in_flax}
PACKAGES = {"PyTorch": "torch", "Keras": "keras", "Flax": "flax"}


def numbers(array):
    """A library's array as NumPy's."""
    return np.asarray(array.detach() if hasattr(array, "detach") else array)


def computed(name):
    """What a library makes of the batches, by name; see `Libraries` in bn_lib/data/libraries.py."""
    library = LIBRARIES[name]()
    (x, later), (gamma, beta) = batches()

    def layer(norm, shape, gamma=gamma, beta=beta):
        made = eval(LAYERS[name].get(norm, LAYERS[name]["batch"]), dict(library.names))
        library.set(made, shape, gamma, beta)
        return made

    found = {}
    for norm in NORMS:
        values = x[:, :, 0, 0] if norm in ("layer", "RMS") else x
        found[norm] = library.training(layer(norm, values.shape), library.array(values))
    averaging = layer("batch", SHAPE)
    for each in (x, later):
        library.training(averaging, library.array(each))
    found["running_mean"], found["running_var"] = library.running(averaging)
    found["inference"] = library.inference(averaging, library.array(x))
    for key, norm in (("far", "batch"), ("far_exact", "batch, exact")):
        plain = layer(norm, SHAPE, np.ones(6, np.float32), np.zeros(6, np.float32))
        found[key] = library.training(plain, library.array(x + FAR))
    undo = dict(library.names, x=library.array(x))
    exec(UNDO[name], undo)
    found["undone"] = undo["y"]
    return {key: numbers(array) for key, array in found.items()}


def make():
    """Let each library compute, and write the record that `bn_lib.data.libraries` reads."""
    (x, later), (gamma, beta) = batches()
    found = {name: computed(name) for name in LIBRARIES}
    image, rows, channel = "example channel row column", "example channel", "channel"
    axes = dict.fromkeys(
        ("batch", "instance", "group", "inference", "undone", "far", "far_exact"), image
    )
    axes |= dict.fromkeys(("layer", "RMS"), rows)
    axes |= dict.fromkeys(("running_mean", "running_var"), channel)
    arrays = {
        name: (f"library {over}", np.stack([each[name] for each in found.values()]))
        for name, over in axes.items()
    }
    write(
        FILE,
        {"library": list(LIBRARIES)},
        version=("library", [version(PACKAGES[name]) for name in LIBRARIES]),
        x=(image, x),
        later=(image, later),
        gamma=(channel, gamma),
        beta=(channel, beta),
        **arrays,
    )


if __name__ == "__main__":
    make()
