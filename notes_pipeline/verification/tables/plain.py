"""For languages that we have no tables for: words are compared, meanings are not guarded."""

from notes_pipeline.verification.tables.language import Language, Numbers, phrases, words

# Negations of languages without tables, for quotes in a second language. Only in scripts in which they cannot be a
# part of an English word; they name the reason of a difference that is refused anyway.
OTHER_NEGATIONS = words("не нет ни никогда لا لم لن ليس ما לא אין δεν μην όχι नहीं मत 안 못")
# In scripts that other languages share, these count only where a transcript's language has no tables.
UNGUARDED_NEGATIONS = words(
    "değil yok asla hiç non nie nigdy niet geen nooit ikke ej inte aldri aldrig ei eivät ne nikdy není nincs nem soha "
    "niciodată không chưa chẳng tidak bukan jangan ekki"
)
UNSPACED_NEGATIONS = ("不", "没", "沒", "無", "未", "别", "ない", "ません", "なかった", "않", "없", "ไม่")

# Numbers in words of a few of them: a date or a price in digits is the commonest honest change there is.
MAX_HAN_DIGITS = 15  # longer rows are no number that anybody says
_HAN_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_HAN_STEPS = {"十": 10, "百": 100, "千": 1000}
_HAN_SCALES = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}


def read_han(atoms: list[str], start: int, end: int) -> tuple[int, int] | None:
    """Read a Chinese or Japanese number: "二十二万", "15万", "二〇一九". "两三" is two or three, and so no number."""
    run = start
    while run < end and atoms[run] in _HAN_DIGITS:
        run += 1
    digits = [str(_HAN_DIGITS[atom]) for atom in atoms[start:run]]
    is_step_next = run < end and (atoms[run] in _HAN_STEPS or atoms[run] in _HAN_SCALES)
    if len(digits) > MAX_HAN_DIGITS:
        return None
    if len(digits) > 1 and not is_step_next:
        return (int("".join(digits)), run) if len(digits) > 2 else (int(digits[0]), start + 1)
    total, section, digit = 0, 0, None
    at = start
    while at < end:
        atom = atoms[at]
        if digit is None and atom in _HAN_DIGITS:
            digit = _HAN_DIGITS[atom] or None  # a zero fills a gap: "一百零五"
        elif at == start and atom.isdecimal() and len(atom) <= MAX_HAN_DIGITS:
            digit = int(atom)
        elif atom in _HAN_STEPS:
            section += (1 if digit is None else digit) * _HAN_STEPS[atom]
            digit = None
        elif atom in _HAN_SCALES and section + (digit or 0):
            total += (section + (digit or 0)) * _HAN_SCALES[atom]
            section, digit = 0, None
        else:
            break
        at += 1
    return (total + section + (digit or 0), at) if at > start else None


def _declined(text: str) -> dict[str, int]:
    """Read "value form form ..." entries that are set apart by commas."""
    return {form: int(entry.split()[0]) for entry in text.split(",") for form in entry.split()[1:]}


NUMBERS = Numbers(
    units=_HAN_DIGITS
    | _HAN_STEPS
    | _declined(
        "0 ноль, 1 один одна одно одного одной, 2 два две двух, 3 три трёх трех, 4 четыре четырёх четырех, "
        "5 пять пяти, 6 шесть шести, 7 семь семи, 8 восемь восьми, 9 девять девяти, "
        "10 десять десяти, 11 одиннадцать одиннадцати, "
        "12 двенадцать двенадцати, 13 тринадцать тринадцати, 14 четырнадцать четырнадцати, "
        "15 пятнадцать пятнадцати, "
        "16 шестнадцать шестнадцати, 17 семнадцать семнадцати, 18 восемнадцать восемнадцати, "
        "19 девятнадцать девятнадцати, "
        "100 сто ста, 200 двести двухсот, 300 триста трёхсот трехсот, 400 четыреста, 500 пятьсот пятисот, "
        "600 шестьсот шестисот, 700 семьсот семисот, 800 восемьсот восьмисот, 900 девятьсот девятисот"
    ),
    tens=_declined(
        "20 двадцать двадцати, 30 тридцать тридцати, 40 сорок сорока, 50 пятьдесят пятидесяти, "
        "60 шестьдесят шестидесяти, 70 семьдесят семидесяти, 80 восемьдесят восьмидесяти, 90 девяносто девяноста"
    ),
    hundred={},
    scales=_declined(
        "1000 тысяча тысячи тысяч тысячу, 1000000 миллион миллиона миллионов, 1000000000 миллиард миллиарда миллиардов"
    ),
    ordinals={},
    run=read_han,
)

PLAIN = Language(
    code="",
    numbers=NUMBERS,
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
    accents_matter=True,
    percent=frozenset((*phrases("percent, процент, процента, процентов, 퍼센트"), tuple("パーセント"))),
    percent_before=frozenset({tuple("百分之")}),
)
