"""Features of the criterion ``colour``."""
