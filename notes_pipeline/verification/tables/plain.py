"""For languages that we have no tables for: words are compared, meanings are not guarded."""

from notes_pipeline.verification.tables.language import Language, Numbers, words

# Negations of languages without tables, for quotes in a second language. Only in scripts in which they cannot be a
# part of an English word; they name the reason of a difference that is refused anyway.
OTHER_NEGATIONS = words("не нет ни никогда لا لم لن ليس ما לא אין δεν μην όχι नहीं मत 안 못")
UNSPACED_NEGATIONS = ("不", "没", "沒", "無", "未", "别", "ない", "ません", "なかった", "않", "없", "ไม่")

PLAIN = Language(
    code="",
    numbers=Numbers({}, {}, {}, {}, {}),
    common=frozenset(),
    fillers=frozenset(),
    markers=frozenset(),
    negations=frozenset(),
    quantifiers=frozenset(),
    hedges=frozenset(),
    conditions=frozenset(),
    pronouns=frozenset(),
    function_words=frozenset(),
    units=frozenset(),
    antonyms={},
    is_guarded=False,
)
