"""Hardware in the loop: a model of each instrument, the faults it can have, scenarios, the bench.

May import everything; nothing imports it. Models are written from the manual, never from our codec,
so that a misreading of the manual shows as a failure and not as an agreement.
"""
