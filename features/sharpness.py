"""Features of the criterion ``sharpness``."""
