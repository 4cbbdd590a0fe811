"""`python -m segmentation.synthetic`: the command `capseg synthesize` by itself."""

import sys

from segmentation.cli import app

app(["synthesize", *sys.argv[1:]], prog_name="capseg")
