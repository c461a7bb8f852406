"""From bytes to text: what kind of file it is at all, which encoding, which characters are no text."""

import codecs
import re
from dataclasses import dataclass

from notes_pipeline.core.errors import InputError, UnreadableTranscriptError
from notes_pipeline.readers.foreign import name_foreign_format
from notes_pipeline.readers.remarks import Remarks, safe_name

MAX_BYTES = 100 * 1024 * 1024  # a day of speech with word times is about 30 MB of JSON
SAMPLE_BYTES = 64 * 1024  # enough to tell encodings apart; charset-normalizer needs 0.5 s for 1 MB
MAX_NUL_SHARE = 0.001  # more NULs than this are no slip of an editor but a binary file
MAX_CONTROL_SHARE = 0.02  # ANSI-coloured logs stay below 1 %, compressed data is at 10 %
MAX_BROKEN_SHARE = 0.2  # of the bytes above 127: below it, the file is UTF-8 with faults, not another encoding

_NO_FILES = frozenset({"idna", "punycode", "unicode_escape", "raw-unicode-escape", "unicode-escape", "undefined"})
ENCODING_GUESSED = "encoding guessed as"  # how a remark on it begins

_BOMS = (  # the longer ones first: that of UTF-32 LE starts with that of UTF-16 LE
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ANSI = re.compile(
    r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|[\]P_^X][^\x07\x1b\n]{0,256}(?:\x07|\x1b\\)|[()][0AB](?![a-z]))"
    r"|\x9b[\d;]{1,20}m"
)
_TIME_BULLET = "\x15"  # CHAT files put their times between two of these: text, though not one that we read
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_LINE_END = re.compile(r"\r\n?|[\n\x0b\x0c\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Source:
    """A file as text. `name` is safe to print; `text` is as decoded, with all its control characters.

    `places`: where each line stands, for text that was not stored in lines; empty where it was. `present`: names that
    whoever handed it over says are of speakers.
    """

    name: str
    text: str
    places: tuple[str, ...] = ()
    present: tuple[str, ...] = ()

    def place(self, number: int) -> str:
        """Say where the line with this number, from 1, stands."""
        return self.places[number - 1] if self.places else f"line {number}"


def decode(data: bytes, filename: str, remarks: Remarks, encoding: str | None = None) -> Source:
    """Turn a file into text. `encoding`: what it is in, where somebody knows; else it is found out.

    Raises:
        InputError: there is no such encoding.
        UnreadableTranscriptError: too large, empty, of a format that is no text, or of no encoding that we can tell.
    """
    name = safe_name(filename)
    refuse_by_size(data, name)
    foreign = name_foreign_format(data)
    if foreign is not None:
        raise UnreadableTranscriptError(f"{name}: this is {foreign.what}, not a transcript as text. {foreign.advice}")
    if encoding is None:
        text = _to_text(data, name, remarks).lstrip("\ufeff")
    else:
        text = _decode_with_faults(data, _known_encoding(encoding), remarks).lstrip("\ufeff")
    if not text.strip():
        raise UnreadableTranscriptError(f"{name}: no speech found: the file holds only white space.")
    _refuse_binary(text, name)
    return Source(name, text)


def refuse_by_size(data: bytes, name: str) -> None:
    """Refuse a file that is too large, or empty.

    Raises:
        UnreadableTranscriptError: it is.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableTranscriptError(
            f"{name}: the file has {len(data) / 2**20:.0f} MB, the limit is {MAX_BYTES // 2**20} MB. "
            "Split it, or export it without word times."
        )
    if not data:
        raise UnreadableTranscriptError(f"{name}: the file is empty. Export the transcript again.")


def to_lines(text: str, remarks: Remarks) -> list[str]:
    """Split at every kind of line end and take out what is no text: terminal codes and control characters.

    Spaces at line ends stay. What was taken out is counted in `remarks`.
    """
    lines = _LINE_END.split(text)
    if not _CONTROL.search(text):
        return lines
    for number, line in enumerate(lines):
        clean = strip_controls(line)
        if clean != line:
            remarks.add("lines with control characters, which were taken out", f"line {number + 1}")
            lines[number] = clean
    return lines


def strip_controls(text: str) -> str:
    """Take out ANSI sequences and control characters; tabs and line ends stay."""
    return _CONTROL.sub("", _ANSI.sub("", text)) if _CONTROL.search(text) else text


def _to_text(data: bytes, name: str, remarks: Remarks) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decode_with_faults(data[len(bom) :], encoding, remarks)
    wide = _guess_wide(data)
    if wide is not None:
        remarks.add(f"{ENCODING_GUESSED} {wide}: the file does not say")
        return _decode_with_faults(data, wide, remarks)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        at = error.start
    if _is_broken_utf8(data):
        return _decode_with_faults(data, "utf-8", remarks)
    guess = _guess_encoding(data, at)
    if guess is None:
        raise UnreadableTranscriptError(
            f"{name}: not UTF-8 (byte {at}) and of no encoding that we can tell. Save it as UTF-8."
        )
    line = data.count(b"\n", 0, at) + 1
    remarks.add(f"{ENCODING_GUESSED} {guess}: the file is not UTF-8; check names and accents", f"line {line}")
    return _decode_with_faults(data, guess, remarks)


def _known_encoding(name: str) -> str:
    try:
        "".encode(name)
        known = codecs.lookup(name).name
    except (LookupError, ValueError):  # also what turns text into text, as rot13
        known = ""
    if not known or known in _NO_FILES:
        raise InputError(
            f"no encoding {name[:40]!r}: usual ones are utf-8, utf-16, cp1252, mac-roman, gb18030, shift-jis"
        )
    return known


def _decode_with_faults(data: bytes, encoding: str, remarks: Remarks) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "replace")
        text = data.decode(encoding, "replace")
        broken = text.count("\ufffd")
        remarks.add(
            f"bytes that are not {encoding}, shown as \ufffd", f"line {before.count(chr(10)) + 1}", times=broken
        )
        return text


def _guess_wide(data: bytes) -> str | None:
    """Tell UTF-32 and UTF-16 without a BOM: one has two NULs in each four bytes, the other one in two of Latin text.

    They must be there from the first characters on: text with NULs farther down is no text.
    """
    sample = data[:SAMPLE_BYTES]
    if 5 * sample[:20].count(0) < len(sample[:20]):
        return None
    first, second, third, fourth = (sample[at::4].count(0) / max(1, len(sample) // 4) for at in range(4))
    if third > 0.9 and fourth > 0.9 and first < 0.05:
        return "utf-32-le"
    if first > 0.9 and second > 0.9 and fourth < 0.05:
        return "utf-32-be"
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = max(1, len(sample) // 2)
    if odd / half > 0.4 and even / half < 0.05:
        return "utf-16-le"
    if even / half > 0.4 and odd / half < 0.05:
        return "utf-16-be"
    return None


def _is_broken_utf8(data: bytes) -> bool:
    """Tell UTF-8 with a few bad bytes from a file in another encoding, by the share of high bytes that do not fit."""
    high = len(data) - len(data.translate(None, bytes(range(128, 256))))
    broken = data.decode("utf-8", "replace").count("\ufffd")
    return broken <= MAX_BROKEN_SHARE * high


# What tools of today write. A few accents, or Russian, fit the code pages of DOS and rare Japanese ones just as well.
_PLAUSIBLE = [
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874", "iso8859_2"),
    *("koi8_r", "koi8_u", "mac_roman", "mac_cyrillic", "gb18030", "big5", "cp932", "euc_jp", "cp949"),
    *("utf_16_le", "utf_16_be"),
]
_CYRILLIC = frozenset({"cp1251", "koi8_r", "koi8_u", "mac_cyrillic"})


def _guess_encoding(data: bytes, first_high: int) -> str | None:
    from charset_normalizer import from_bytes  # only few files need it

    start = max(0, first_high - SAMPLE_BYTES // 2) // 4 * 4  # whole characters, should it be UTF-16
    matches = from_bytes(data[start : start + SAMPLE_BYTES], cp_isolation=_PLAUSIBLE)
    best = matches.best()
    if best is None:
        return None
    as_good = [one for one in matches if one.chaos <= best.chaos and one.coherence >= best.coherence]
    # A few accents fit many code pages as well as each other; then it is the one that Windows writes in the West.
    if any("cp1252" in one.could_be_from_charset for one in as_good):
        return "cp1252"
    # Russian in the wrong one of its code pages has small letters for capitals and the other way round.
    alike = [one for one in as_good if {one.encoding, best.encoding} <= _CYRILLIC] or [best]
    return min(alike, key=lambda one: sum(map(str.isupper, str(one)))).encoding


def _refuse_binary(text: str, name: str) -> None:
    sample = len(text[:SAMPLE_BYTES])
    controls = len(_CONTROL.findall(text[:SAMPLE_BYTES].replace(_TIME_BULLET, "")))
    if text.count("\0") > max(8, MAX_NUL_SHARE * len(text)) or controls > max(16, MAX_CONTROL_SHARE * sample):
        raise UnreadableTranscriptError(
            f"{name}: this is a binary file, not a transcript. Export the transcript as .vtt, .srt, .txt or .json."
        )
