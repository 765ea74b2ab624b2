"""The label printer: what a tube label looks like, the bytes it needs, and whether it came out.

``content`` and ``template`` say what stands where, ``render`` draws it as a `Bitmap`, ``escpos_job``
makes the bytes, ``status`` knows what the printer told, ``job`` is the life of one label and
``probe`` asks whether this printer can confirm at all. Owns no port, no thread and no tube rules.
"""
