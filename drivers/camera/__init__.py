"""The camera as an instrument: the newest frame, the codes in it, and whether it can be believed.

``frame_source`` gives frames, ``code_reader`` reads codes from luma, ``second_look`` tries harder
where a code was found but not read, ``frame_watch`` knows stale, frozen and dark. Owns no thread;
must not keep, log or store what it saw, and knows nothing of what a code means.
"""

import os

# OpenCV looks at these when it is loaded, so they must stand here, before any module of this
# package loads it. V4L2 reads would wait ten seconds for a camera that is gone, and every try to
# open one would write a warning of OpenCV's own beside ours.
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "1")
os.environ.setdefault("OPENCV_LOG_LEVEL", "ERROR")
