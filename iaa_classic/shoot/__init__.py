"""A shoot of many frames: grouped, compared, picked, and told to other programs by sidecars; and crops of one photograph.

Nothing here changes a photograph: what is written are sidecars beside them and new files that are asked for.
"""
