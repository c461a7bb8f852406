"""Take an upload apart: a form with a file in it, or a body that is the file itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import UploadFile

from notes_pipeline.api.access import Uploader
from notes_pipeline.api.problems import ProblemError
from notes_pipeline.api.shapes.transcripts import UploadFields
from notes_pipeline.core.errors import InputError
from notes_pipeline.core.roles import Role
from notes_pipeline.store.transcripts import Details
from notes_pipeline.webhooks.urls import check_url

FORM = "multipart/form-data"
_OTHER_FORM = "application/x-www-form-urlencoded"  # what some clients send for any body when they are not told
_MOST_FIELDS, _MOST_FIELD_BYTES = 20, 100_000
_ROLES = TypeAdapter(dict[str, Role])

BODY: dict[str, Any] = {
    "required": True,
    "content": {
        FORM: {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "format": "binary", "description": "The transcript."},
                    **UploadFields.model_json_schema()["properties"],
                },
                "additionalProperties": False,
            }
        },
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
    },
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent. `filename`: never empty. `fields`: what was said of it."""

    data: bytes
    filename: str
    fields: UploadFields

    @property
    def asked(self) -> dict[str, Any]:
        """What makes it this upload and no other."""
        return {
            "to": "transcripts",
            "sha256": sha256(self.data).hexdigest(),
            "filename": self.filename,
            **self.fields.model_dump(mode="json", exclude={"filename"}),
        }

    def details(self, *, allow_private: bool) -> Details:
        """Give what was said of it, checked.

        Raises:
            InputError: the media URL may not be one, or the roles are none.
        """
        fields = self.fields
        if fields.media_url is not None:
            check_media_url(fields.media_url, allow_private=allow_private)
        return Details(fields.title, fields.external_id, fields.media_url, _roles(fields.roles))


async def sent_upload(request: Request, _: Uploader, query: Annotated[UploadFields, Query()]) -> Upload:
    """Read the body of an upload; only when the key is known to be allowed to.

    Raises:
        ProblemError: it is a form of the wrong kind, or has no file, or the file has no name.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == _OTHER_FORM:
        detail = f"send the file as it is, with application/octet-stream, or in a form of the type {FORM}"
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unknown-media-type", detail)
    fields, data = query, b""
    if kind == FORM:
        data, sent = await _form(request)
        fields = _merged(query, sent)
    else:
        data = await request.body()
    if fields.filename is None:
        raise _invalid([{"loc": ("query", "filename"), "msg": "is missing: say what the file is called"}])
    return Upload(data, fields.filename, fields)


def check_media_url(url: str, *, allow_private: bool) -> None:
    """Refuse what is no address of a recording. http is as good as https here: it is never called by us.

    Raises:
        InputError: the message says what is wrong with it.
    """
    scheme, colon, rest = url.partition(":")
    try:
        check_url(f"https{colon}{rest}" if scheme.lower() == "http" else url, allow_private=allow_private)
    except InputError as error:
        raise InputError(f"media_url: {error}") from None


async def _form(request: Request) -> tuple[bytes, dict[str, str]]:
    """Give the file of a form and its other fields; a name of the file's own is one of them."""
    async with request.form(max_files=1, max_fields=_MOST_FIELDS, max_part_size=_MOST_FIELD_BYTES) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise _invalid([{"loc": ("body", "file"), "msg": "is missing: send the transcript as a file named `file`"}])
        sent = {name: value for name, value in form.multi_items() if isinstance(value, str)}
        if file.filename:
            sent.setdefault("filename", file.filename)
        return await file.read(), sent


def _merged(query: UploadFields, sent: dict[str, str]) -> UploadFields:
    try:
        return UploadFields.model_validate(query.model_dump(exclude_unset=True) | sent)
    except ValidationError as error:
        found = [each | {"loc": ("body", *each["loc"])} for each in error.errors(include_input=False)]
        raise _invalid(found) from None


def _roles(sent: str | None) -> dict[str, Role] | None:
    if sent is None:
        return None
    try:
        return _ROLES.validate_json(sent)
    except ValidationError:
        known = " or ".join(f'"{role.value}"' for role in Role)
        raise InputError(f"roles: must be a JSON object of names of speakers, each with {known}") from None


def _invalid(errors: Sequence[Any]) -> RequestValidationError:
    return RequestValidationError(errors)
