"""Data of the course: small real digits that ship with it, and what seeded generators draw."""

from bn_lib.data.digits import Digits, digits
from bn_lib.data.rate_map import RateSweep, rate_map
from bn_lib.data.synthetic import spirals, two_humped

__all__ = ["Digits", "RateSweep", "digits", "rate_map", "spirals", "two_humped"]
