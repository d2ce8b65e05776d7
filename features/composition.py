"""Features of the criterion ``composition``."""
