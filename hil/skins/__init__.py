"""What carries a model to the software under test: a pseudo terminal, a TCP port, shared frames.

A skin owns its file descriptors and names and knows nothing of protocols. One thread uses it.
"""
