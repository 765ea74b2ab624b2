"""Who stands there: document numbers, masking, registration codes. Pure.

Decides whether a text is one of ours and what may be shown of it; never stores or logs it.
"""
