"""The screen process: draws the last snapshot, turns touches into intents.

A pure view: holds no state of a visit, touches no device, never sees an unmasked number.
"""

import os

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")  # its greeting goes to standard output
