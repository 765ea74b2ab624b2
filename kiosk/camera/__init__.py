"""The camera process: captures frames, reads codes, writes the preview.

May be killed at any moment. Never logs and never stores what it read.
"""
