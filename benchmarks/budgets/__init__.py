"""The limits of DESIGN.md section 9, and which measurement answers which.

One module a group, each with ``rows()``; it imports its parts, so a group is imported when it runs.
Must not measure: the modules beside this package do.
"""
