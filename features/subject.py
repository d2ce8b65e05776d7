"""Features of the criterion ``subject``."""
