"""The root of the errors that a person can do something about."""

from __future__ import annotations


class UserError(Exception):
    """What was given, what was expected and what to do; shown by the command line without a traceback."""
