"""Is it fast enough? Every budget of the design, measured against the bare thing in the same run.

A ratio tells more than a rate: the machine's mood is in both halves. Must not import anything at
load time that a small installation may lack; a row whose parts are missing says so.
"""
