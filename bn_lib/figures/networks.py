"""The looks of the five networks of the course, by their names, as notebooks ask for them."""

from bn_lib.pictures import style

LOOKS, WORDS = style.NETWORKS, style.NETWORK_WORDS
