"""kioskctl: what a technician does at a bench or on a site.

Reads and reports; changes nothing without being told to. One file for each command or family of
commands, all joined in ``kioskctl``. Talks to devices through ``drivers`` and ``firmware_bridge``
and never to the running kiosk processes.
"""
