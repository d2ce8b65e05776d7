"""Features of the criterion ``lighting``."""
