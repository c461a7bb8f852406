"""Edges of languages without tables: the commonest negations and conditions, read off the text beside the quote.

Source: written by hand for this project. Only forms that can hardly be anything else where they stand.
"""

import re

from notes_pipeline.verification.tables.plain import OTHER_NEGATIONS, UNGUARDED_NEGATIONS

# whole words right before the quote
NEGATIONS = OTHER_NEGATIONS | UNGUARDED_NEGATIONS
# letters right before and right after it, in scripts without blanks
DENIALS_BEFORE = ("不", "没", "沒", "未", "没有", "不认为", "不覺得", "不觉得", "不相信", "没说", "不是说", "ไม่")
DENIALS_AFTER = (
    "わけではありません", "わけではない", "わけじゃない", "とは思いません", "とは思わない", "とは限りません",
    "とは限らない", "はずがない", "ません", "ない", "なかった", "というのは嘘",
)  # fmt: skip
HAN = re.compile(r"[\u3400-\u9fff]{2}")  # two characters
KANA = re.compile(r"[\u3040-\u30ff]")
HAN_NUMBERS = frozenset("零〇一二三四五六七八九十百千万萬亿億两兩")
_NOT = "|".join(sorted(NEGATIONS))
_THAT = "что|що|że|že|dat|att|at|che|hogy|că|ότι|πως|bahwa|rằng|là|कि|أن|إن"
# a clause of which a denied belief speaks, up to its start
DENIED_BEFORE = re.compile(
    rf"(?:^|[\s,])(?:(?:{_NOT}) (?:\w+ )?"
    r"(?:думаю|думает|думаем|думают|считаю|считает|верю|верит|верим|кажется|вважаю|вірю"
    r"|myślę|sądzę|wierzę|uważam|credo|crede|crediamo|penso|pensa|dico|nghĩ|tin|cred|hiszem|gondolom|νομίζω|πιστεύω"
    r"|percaya|yakin|أعتقد|أظن)|nemyslím|nevěřím|nemyslíme|en usko"
    r"|(?:geloof|denk|tror|synes|tycker)(?: \w+)? (?:niet|inte|ikke))"
    rf",? (?:{_THAT})(?: det)? $"
)
UNCERTAIN_BEFORE = re.compile(rf"(?:^|[\s,])(?:{_NOT})(?: \w+){{0,3}},? (?:{_THAT}) $")
# negations behind what they deny, in languages that put them there
DENIED_AFTER = re.compile(
    r" (?:(?:niet|inte|ikke)(?=[.,!?;]|$)|değil\w*|diye (?:düşünmüyor|sanmıyor|inanmıyor)\w*|않\w*|아니\w*|아닙\w*)"
)
UNCERTAIN_AFTER = re.compile(rf" (?:{_NOT})(?= |$)")
# words with which a sentence sets a condition
CONDITIONS = ("如果", "要是", "假如", "除非", "もし", "если", "إذا", "لو", "אם", "αν", "अगर", "jeśli", "jeżeli")
