"""HTML pages that need nothing beside them: a template filled in, its style and its script inside.

All text is escaped by the template engine. Beside that, the page's content security policy allows no request and
no script but its own, by hash: nothing that is shown can become one.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup


def render_page(package: str, values: Mapping[str, Any], filters: Mapping[str, Callable[..., str]]) -> str:
    """The page of `package`: its `templates/report.html`, with `report.css` and, where there is one, `report.js`.

    The template has `values`, `filters` beside `number` (1,234), and what it puts in as it is: `policy`, `style`
    and `script`.
    """
    templates = files(package) / "templates"

    def resource(name: str) -> str:
        return (templates / name).read_text("utf-8")

    script = resource("report.js") if (templates / "report.js").is_file() else ""
    environment = Environment(
        loader=FunctionLoader(resource),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda value: f"{value:,}"
    environment.filters.update(filters)
    # Policy, style and script are the package's own, the one thing that goes in as it is.
    return environment.get_template("report.html").render(
        **values,
        policy=Markup(content_security_policy(script)),
        style=Markup(resource("report.css")),
        script=Markup(script),
    )


def content_security_policy(script: str) -> str:
    """What a page may do: show its style and the pictures inside it, and run `script` if it has one; no more."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    allowed = f"'sha256-{digest}'" if script else "'none'"
    return (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src {allowed}; base-uri 'none'; form-action 'none'"
    )
