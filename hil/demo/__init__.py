"""A whole site on one machine: broker, kiosk, coordinator, twins, synthetic residents, the proof.

Owns every process it starts and the private folder they live in. Must not touch a real device, a
real person's data or anything outside that folder.
"""
