"""The report's template, filled in: one page with its style and script inside, and nothing from elsewhere.

All text is escaped by the template engine. The page's content security policy beside that allows no request and
no script but its own, by hash: a caption cannot become one.
"""

import base64
import hashlib
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from caption_parser.report.page_content import PageContent


def render(content: PageContent) -> str:
    """The page as HTML."""
    script = _resource("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    environment = Environment(
        loader=FunctionLoader(_resource),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda value: f"{value:,}"
    environment.filters["ratio"] = lambda value: "–" if value is None else f"{value:.3f}"
    # Style and script are this package's own files, the one thing that goes in as it is.
    return environment.get_template("report.html").render(
        page=content, style=Markup(_resource("report.css")), script=Markup(script), script_hash=f"sha256-{digest}"
    )


def _resource(name: str) -> str:
    return (files("caption_parser") / "report" / "templates" / name).read_text("utf-8")
