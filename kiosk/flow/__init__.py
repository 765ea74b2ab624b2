"""The visit as small pure machines: Visit, FeverHold, Tube, LabelJob, Intake.

Each is a table of (state, event) to (state, effects). No I/O, no clock, no randomness, no logging:
time is an argument, effects are values that the core runs.
"""
