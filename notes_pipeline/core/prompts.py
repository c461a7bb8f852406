from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt file. `hash`: hexadecimal SHA-256 of the whole file, stored with every run and call that used it.

    `scope`: "built in", or the file that it comes from.
    """

    name: str
    version: int
    purpose: str
    text: str
    hash: str
    scope: str
