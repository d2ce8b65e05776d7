"""Image aesthetics assessment the classical way: a score that is the exact sum of named criteria."""

from ._version import __version__

__all__ = ["__version__"]
