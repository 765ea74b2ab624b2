"""What kiosk and coordinator agree on: records, envelopes, topics, acknowledgements, tube numbers.

Pure: no I/O, no clock, no logging; time is an argument. The only randomness is the ephemeral key
that the HPKE library draws for each sealed record. Imports nothing of ours.
"""
