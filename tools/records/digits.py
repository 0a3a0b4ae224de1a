"""Make bn_lib/data/digits.npz, which is committed, from scikit-learn's copy of the digits.

pip install scikit-learn      (into an environment of its own: nothing else here needs it)
python -m tools.records.digits
"""

import numpy as np
from sklearn.datasets import load_digits

from bn_lib.data.archive import HERE

FILE = HERE / "digits.npz"

if __name__ == "__main__":
    digits = load_digits()
    images, labels = digits.data.astype(np.uint8), digits.target.astype(np.uint8)
    np.savez_compressed(FILE, images=images, labels=labels)
    print(f"{FILE}: {FILE.stat().st_size} bytes")
