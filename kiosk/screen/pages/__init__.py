"""One file per page: what it says and where, as a function that fills a composer.

A page reads the snapshot and nothing else; what it offers to touch is written down in it and in no
other place.
"""
