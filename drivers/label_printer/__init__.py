"""The label printer: what a tube label looks like, the bytes it needs, and whether it came out.

``content`` and ``template`` say what stands where, ``render`` draws it as a `Bitmap`,
``escpos_label`` makes the bytes, ``status`` knows what the printer told, ``job`` is one label on
its way. Owns no port, no thread and no tube rules.
"""
