"""Background discovery: the classes that a corpus of captions speaks of beside the foreground."""
