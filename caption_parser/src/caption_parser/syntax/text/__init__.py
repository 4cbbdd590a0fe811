"""Captions before they are parsed: made plain, without what says nothing of the image, in segments."""
