"""HTML pages that need nothing beside them: sections of a program's own in one frame, style and script inside.

All text is escaped by the template engine. Beside that, the page's content security policy allows no request (but
for pictures of a host that the user names), and no style and no script but its own, by hash: nothing that is shown
can become one.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any, NamedTuple

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup


class Section(NamedTuple):
    """A part of a page: the template `ID.html` of its program."""

    id: str
    heading: str
    link: str
    """What the page's table of contents calls it."""


class Heading(NamedTuple):
    """What a page is called."""

    title: str
    kind: str
    """What sort of page it is, behind the title in the browser's tab."""
    lead: str
    """A line below the title."""


def render_page(
    package: str,
    heading: Heading,
    sections: Sequence[Section],
    values: Mapping[str, Any],
    filters: Mapping[str, Callable[..., str]],
    rules: str = "",
    hosts: Iterable[str] = (),
) -> str:
    """A page of `package`, of whose `templates/` are `summary.html`, above all sections, and one file per section.

    Templates have `values`, the macros of `macros.html`, and `filters` beside `number` (1,234). `rules` are added
    to the style sheet, since the policy allows no style in a tag. `hosts`: whence pictures may come, `https://host`.
    """
    places = (files(package) / "templates", files(__name__) / "templates")

    def resource(name: str) -> str | None:
        return next((file.read_text("utf-8") for place in places if (file := place / name).is_file()), None)

    style, script = f"{resource('page.css')}{rules}", resource("page.js") or ""
    environment = Environment(
        loader=FunctionLoader(resource),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda value: f"{value:,}"
    environment.filters.update(filters)
    # Policy, style and script are the program's own, the one thing that goes in as it is.
    return environment.get_template("page.html").render(
        **values,
        heading=heading,
        sections=sections,
        policy=Markup(content_security_policy(style, script, hosts)),
        style=Markup(style),
        script=Markup(script),
    )


def content_security_policy(style: str, script: str, hosts: Iterable[str] = ()) -> str:
    """What a page may do: show `style` and pictures inside it or of `hosts`, and run `script`; no more."""
    return (
        f"default-src 'none'; img-src {' '.join(['data:', *hosts])}; style-src {_digest(style)}; "
        f"script-src {_digest(script)}; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
