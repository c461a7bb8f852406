"""Fold text for comparison, one character for one, so that every offset still holds in the raw text."""

import html
import re
import unicodedata

INVISIBLE = "\x01"  # soft hyphens, joiners and direction marks: part of a word, but no letter of it
ELLIPSIS = "\x02"
SOUND = "\x03"  # where an annotation of a sound stood, such as [laughs]

_APOSTROPHES = "'’‘ʼ＇′ʹ´`‛"
_MINUS = "−"
_PUNCTUATION = {
    "。": ".", "．": ".", "।": ".", "॥": ".", "۔": ".", "։": ".", "？": "?", "؟": "?", "¿": '"', "¡": '"', "！": "!",
    "，": ",", "、": ",", "،": ",", "；": ";", "؛": ";", "：": ":", "（": "(", "）": ")", "［": "[", "］": "]",
    "【": "[", "】": "]", "《": '"', "》": '"', "％": "%", "＆": "&",
}  # fmt: skip

# Currency and degree signs end a word: "€5" is two tokens. Other symbols are split off word by word, see tokens.py.
SIGNS = "$€£¥₹₽₩¢°‰"
# Marks that writers of a language set or leave out as they like: Arabic and Hebrew vowels, the nukta, the dots of "ё".
_OPTIONAL_MARKS = dict.fromkeys([*range(0x0591, 0x05C8), 0x0640, *range(0x064B, 0x0653), 0x093C]) | {0x0451: 0x0435}
_RAISED_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉"
_RAISED = str.maketrans(_RAISED_DIGITS, "0123456789" * 2)
_INDEX = re.compile(f"(?<=[^\\W\\d_])[{_RAISED_DIGITS}]+")
_POWER = re.compile(f"(?<=\\d)[{_RAISED_DIGITS}]+")


class _Folding(dict[int, str]):
    """Give the folded character of a code point; each is worked out once."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold(chr(code))
        return folded


def _fold(character: str) -> str:
    if character in _APOSTROPHES:
        return "'"
    if character == "‰" or character in _RAISED_DIGITS:
        return character  # "10²" is not 102
    if character == "…":
        return ELLIPSIS
    if character in _PUNCTUATION:
        return _PUNCTUATION[character]
    category = unicodedata.category(character)
    if category == "Cf" or "\ufe00" <= character <= "\ufe0f" or "\U0001f3fb" <= character <= "\U0001f3ff":
        return INVISIBLE  # variation selectors and skin tones change how a sign looks
    if category[0] == "Z" or category == "Cc":
        return " "
    if category == "Pd" or character == _MINUS:
        return "-"
    compatible = unicodedata.normalize("NFKC", character)
    if len(compatible) == 1:
        character = compatible
        category = unicodedata.category(character)
    if category[0] == "P" and not character.isascii():
        return '"'
    if character in "ıİ":  # Turkish capitals fold to a plain i elsewhere in the same word
        return "i"
    folded = character.casefold()
    return folded if len(folded) == 1 else character


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Fold case, typography and compatibility forms; the result has the length of `text`."""
    if text.isascii() and text.isprintable() and "`" not in text:
        return text.lower()  # what the table comes to for such text, several times faster
    return text.translate(_FOLDING)


def normal_word(word: str) -> str:
    """Give the form in which words are compared: without invisible characters, compatible forms unified, casefolded."""
    if word.isascii() and INVISIBLE not in word:
        return word
    word = _POWER.sub(lambda found: "^" + found.group().translate(_RAISED), word)
    plain = unicodedata.normalize("NFKC", word.replace(INVISIBLE, "")).casefold()
    return unicodedata.normalize("NFC", plain).translate(_OPTIONAL_MARKS)


def lower_raised(word: str) -> str:
    """Write raised digits behind a letter as plain ones: "m²" is "m2", but "10²" stays."""
    return _INDEX.sub(lambda found: found.group().translate(_RAISED), word)


def strip_accents(word: str) -> str:
    """Take the marks off Latin, Greek, Cyrillic and Arabic letters; letters that differ by more than a mark stay."""
    if word.isascii():
        return word
    decomposed = unicodedata.normalize(
        "NFD", word.replace("й", "\ue000").replace("Й", "\ue001")
    )  # letters of their own
    return (
        "".join(c for c in decomposed if not ("\u0300" <= c <= "\u036f" or "\u064b" <= c <= "\u0652"))
        .replace("ł", "l")
        .replace("ø", "o")
        .replace("\ue000", "й")
        .replace("\ue001", "Й")
    )


# What transcribers put in brackets for what is not speech. [inaudible] is missing on purpose: words were said.
_SOUND_WORDS = (
    "laugh|laughs|laughing|laughter|chuckle|chuckles|chuckling|noise|noises|cough|coughs|coughing|sigh|sighs|sighing|"
    "sniff|sniffs|sneeze|sneezes|breath|breathes|breathing|inhale|inhales|exhale|exhales|gasp|gasps|yawn|yawns|"
    "applause|clapping|cheering|music|silence|pause|pauses|long pause|short pause|beep|click|clicks|vocalsound|"
    "vocal sound|disfmarker|gap|crosstalk laughter|throat clearing|clears throat|snort|snorts|giggle|giggles|groan|"
    "lacht|lachen|gelächter|räuspern|räuspert sich|hustet|seufzt|pause|rires|rire|rit|soupir|soupire|toux|tousse|"
    "groans|mouth|risas|risa|ríe|se ríe|suspira|tose|pausa|risos|riso|ri|suspiro|tosse|silêncio|bruit|ruido|ruído|"
    "geräusch|background noise|sic|emphasis added"
)
# Between asterisks stands emphasis as well: only what nobody says with stress there is a sound.
_STARRED_SOUND_WORDS = (
    "laughs|laughing|chuckles|chuckling|coughs|coughing|sighs|sighing|sniffs|sneezes|inhales|exhales|gasps|yawns|"
    "clears throat|clearing throat|throat clearing|snorts|giggles|giggling|groans|lacht|räuspert sich|hustet|seufzt|"
    "soupire|tousse|se ríe|tose|suspira"
)
_SOUNDS = re.compile(
    rf"[\[(<{{]\s*(?:{_SOUND_WORDS})\s*[\])>}}]|\*\s*(?:{_STARRED_SOUND_WORDS})\s*\*|"
    rf"</?(?:b|i|em|strong|u|mark|span|br|p)\s*/?>",
    re.IGNORECASE,
)


def mask_sounds(folded: str) -> str:
    """Blank out annotations of sounds and HTML tags, at equal length."""
    if "[" in folded or "(" in folded or "<" in folded or "*" in folded or "{" in folded:
        return _SOUNDS.sub(lambda found: SOUND * len(found.group()), folded)
    return folded


def unescape(text: str) -> str:
    """Undo HTML entities and backslashes before quotation marks."""
    if "&" in text:
        text = html.unescape(text)
    if "\\" in text:
        text = text.replace('\\"', '"').replace("\\'", "'")
    return text
