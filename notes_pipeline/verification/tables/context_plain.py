"""Edges of languages without tables: the commonest negations and conditions, read off the text beside the quote.

Source: written by hand for this project. Only forms that can hardly be anything else where they stand.
"""

from notes_pipeline.verification.tables.language import words

# whole words right before the quote
NEGATIONS = words(
    "не нет ни никогда لا لم لن ليس לא אין δεν μην नहीं मत 안 못 non niet geen nie inte ikke ingen bukan tidak không nem"
)
# letters right before and right after it, in scripts without blanks
DENIALS_BEFORE = ("不", "没", "沒", "未", "没有", "不认为", "不覺得", "不觉得", "不相信", "没说", "不是说", "ไม่")
DENIALS_AFTER = (
    "わけではありません", "わけではない", "わけじゃない", "とは思いません", "とは思わない", "とは限りません",
    "とは限らない", "はずがない", "ません", "ない", "なかった", "というのは嘘",
)  # fmt: skip
HAN_NUMBERS = frozenset("零〇一二三四五六七八九十百千万萬亿億两兩")
# words with which a sentence sets a condition
CONDITIONS = ("如果", "要是", "假如", "除非", "もし", "если", "إذا", "لو", "אם", "αν", "अगर", "jeśli", "jeżeli")
