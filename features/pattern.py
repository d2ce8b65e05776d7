"""Features of the criterion ``pattern``."""
