"""Templates to answers: everything is escaped, and the page may load nothing but its own style and script."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse, Response

from notes_pipeline.api.review.access import PATH, Reviewing
from notes_pipeline.core.reviewing import ReviewReason
from notes_pipeline.core.wording import COVERAGE, FLAGS, JUDGEMENTS, REASONS, VERDICTS, clock, dollars

STATIC = {"style.css": "text/css", "pages.js": "text/javascript", "icon.svg": "image/svg+xml"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# In the order of the keys 1 to 8.
REJECTIONS = {
    ReviewReason.NOT_SAID: "Nobody said it",
    ReviewReason.ALTERED: "Said, but altered",
    ReviewReason.WRONG_SPEAKER: "Another person said it",
    ReviewReason.OUT_OF_CONTEXT: "Out of context",
    ReviewReason.DOES_NOT_SUPPORT: "Does not support the statement",
    ReviewReason.TRIVIAL: "Trivial",
    ReviewReason.DUPLICATE: "Duplicate",
    ReviewReason.PRIVATE: "Private",
}
OVERRIDES = {
    ReviewReason.WORDING_ONLY: "Other words, same meaning",
    ReviewReason.FOLLOWS: "Follows from the interview",
    ReviewReason.TRANSCRIPT_WRONG: "The transcript is wrong, the recording says it",
    ReviewReason.CHECK_MISTAKEN: "The check is mistaken",
    ReviewReason.OTHER: "Another reason (say it)",
}
ALL_REASONS = {
    **REJECTIONS,
    **OVERRIDES,
    ReviewReason.WRONG_TOPIC: "Wrong topic",
}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "path": PATH,
        "static": {name: f"{PATH}/static/{digest_of(name)}/{name}" for name in STATIC},
        "VERDICTS": VERDICTS,
        "REASONS": REASONS,
        "FLAGS": FLAGS,
        "COVERAGE": COVERAGE,
        "JUDGEMENTS": JUDGEMENTS,
        "REJECTIONS": REJECTIONS,
        "OVERRIDES": OVERRIDES,
        "ALL_REASONS": ALL_REASONS,
    }
    environment.filters |= {"clock": clock, "dollars": dollars, "when": _when, "count": _count}
    return environment


def static_file(name: str) -> bytes:
    return files(__package__).joinpath("static", name).read_bytes()


@cache
def digest_of(name: str) -> str:
    """Name a version of a file, so that browsers may keep it for ever."""
    return sha256(static_file(name)).hexdigest()[:16]


def page(
    template: str,
    reviewing: Reviewing | None,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    media_url: str | None = None,
    **values: Any,
) -> HTMLResponse:
    """Make a page. `media_url`: of a recording that it plays."""
    media = _origin(media_url)
    headers = {
        "Content-Security-Policy": _POLICY if media is None else f"{_POLICY}; media-src {media}",
        "Referrer-Policy": "same-origin",  # without it browsers send no origin with forms
        "Cache-Control": "private, no-store",  # what people said stays in no cache, and going back shows what is now
    }
    body = _environment().get_template(template).render(signed_in=reviewing, **values)
    return HTMLResponse(body, status, headers)


def fragment(template: str, **values: Any) -> HTMLResponse:
    """Make a part of a page, which a script puts in its place."""
    return HTMLResponse(_environment().get_template(template).render(**values), headers={"Cache-Control": "no-store"})


def file_answer(name: str) -> Response:
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(static_file(name), media_type=STATIC[name], headers=headers)


def media_of(media_url: str | None) -> Mapping[str, str] | None:
    """Give how a recording is played: the element for it, and its address without a fragment. None: there is none."""
    if media_url is None or _origin(media_url) is None:
        return None
    address = media_url.partition("#")[0]
    is_film = urlsplit(address).path.lower().endswith((".mp4", ".m4v", ".mov", ".webm", ".mkv", ".ogv"))
    return {"element": "video" if is_film else "audio", "url": address}


def _origin(url: str | None) -> str | None:
    """Give where a page may play from; None: nowhere, what is no plain web address."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or not host.replace("-", "").replace(".", "").isalnum():
        return None
    return f"{parts.scheme}://{host.encode('idna').decode()}" + (f":{port}" if port else "")


def _when(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
