"""What each instrument is, written from its manual: physics, protocol, states.

Models are pure: time is an argument, noise comes from a seed, bytes go in and come out. They must
not import our codecs or drivers, and know nothing of ports and threads.
"""
