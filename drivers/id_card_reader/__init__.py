"""An ID card on the reader: who it names, how long it holds, and when it counts again.

No port, no thread. Must not store or log what a card says; photos never come as far as this.
"""
