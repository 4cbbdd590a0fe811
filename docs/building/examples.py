"""Docstrings for the site: examples at a `>>>` prompt become blocks of code."""

import re
from typing import Any

from griffe import Extension, Object

_PROMPTS = re.compile(r"(?:^[ ]*>>> .*\n?(?:^[ ]*[^\s>].*\n?|^[ ]*\.\.\. .*\n?|^[ ]*>>> .*\n?)*)", re.MULTILINE)


class Examples(Extension):
    """Puts a fence around what stands at a prompt, up to the next empty line."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Change the docstring of a module, class, function or attribute."""
        if obj.docstring and ">>> " in obj.docstring.value:
            fenced = _PROMPTS.sub(lambda found: f"```pycon\n{found[0].rstrip()}\n```\n", obj.docstring.value)
            obj.docstring.value = fenced
