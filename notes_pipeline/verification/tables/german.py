# ruff: noqa: E501 - a line of a word list is one entry; broken entries are harder to check
"""German.

Source: written by hand for this project; no list was taken from elsewhere. Words stand in the form that folding gives:
"ß" is "ss".
"""

import re
from functools import lru_cache

from notes_pipeline.verification.tables import homophones
from notes_pipeline.verification.tables.language import Language, Numbers, Thing, groups, listed, phrases, words

_UNITS = {
    word: value
    for value, word in enumerate(
        listed(
            "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn "
            "siebzehn achtzehn neunzehn"
        )
    )
} | {"zwo": 2}
_TENS = {
    "zwanzig": 20, "dreissig": 30, "vierzig": 40, "fünfzig": 50, "sechzig": 60, "siebzig": 70, "achtzig": 80,
    "neunzig": 90,
}  # fmt: skip
_ORDINALS = {
    stem + ending: value
    for value, stem in enumerate(
        listed("erst zweit dritt viert fünft sechst siebt acht neunt zehnt elft zwölft"), start=1
    )
    for ending in ("e", "en", "er", "es", "em")
}
_SMALL = {**_UNITS, **_TENS, "ein": 1}
_COMPOUND = re.compile(
    r"(?:(?P<thousands>\w*?)tausend)?(?:(?P<hundreds>\w*?)hundert)?(?:und)?(?:(?P<unit>[a-zäöü]+?)und)?(?P<rest>[a-zäöü]*)"
)


@lru_cache(maxsize=4096)
def read_compound(word: str) -> int | None:
    """Read a number written as one word: "zweiundzwanzig", "hundertfünfzig", "zweitausenddreihundert"."""
    if not (word.endswith(("zig", "ssig")) or "hundert" in word or "tausend" in word):
        return None
    found = _COMPOUND.fullmatch(word)
    if found is None:
        return None
    total = 0
    for name, factor in (("thousands", 1000), ("hundreds", 100)):
        part = found[name]
        if part is not None:
            value = 1 if not part else _SMALL.get(part, read_compound(part))
            if value is None:
                return None
            total += value * factor
    unit, rest = found["unit"], found["rest"]
    if unit is not None and (unit not in _SMALL or rest not in _TENS):
        return None
    if rest and rest not in _SMALL:
        return None
    return total + (_SMALL[unit] if unit else 0) + (_SMALL[rest] if rest else 0)


GERMAN = Language(
    code="de",
    numbers=Numbers(
        units=_UNITS,
        tens=_TENS,
        hundred={"hundert": 100},
        scales={"tausend": 10**3, "million": 10**6, "millionen": 10**6, "milliarde": 10**9, "milliarden": 10**9},
        ordinals=_ORDINALS,
        joiners=words("und"),
        point=words("komma"),
        one=words("ein eine einer einem einen"),
        has_decimal_comma=True,
        fractions={"anderthalb": "1.5"} | {f"{word}einhalb": f"{value}.5" for word, value in _UNITS.items() if 1 < value < 13}
        | {"eineinhalb": "1.5"},
        parts={("und", "ein", "halb"): (1, 2), ("und", "ein", "halbes"): (1, 2), ("und", "eine", "halbe"): (1, 2)},
        part_names={"drittel": 3, "viertel": 4, "fünftel": 5, "zehntel": 10},
        hours=words("uhr"),
        needs_room_to_join=True,
        to=words("bis"),
        has_ordinal_dot=True,
        compound=read_compound,
    ),
    common=words("der die das und ist ich nicht ein eine zu es mit sie wir den dass auf für wie auch"),
    fillers=words("äh ähm öh öhm hm hmm mhm mh tja ähem"),
    markers=phrases(
        "also, ja, naja, na ja, nun, gut, genau, okay, sozusagen, quasi, halt, eben, weisst du, wissen sie, ich sag mal, "
        "ich sage mal, sagen wir mal, sag ich mal, und, aber, oder, ne, nicht wahr, gell, so"
    ),
    negations=words(
        "nicht nichts nie niemals kein keine keinen keinem keiner keines keins niemand niemanden niemandem nirgends "
        "weder ohne nein kaum"
    ),
    quantifiers=words(
        "alle allen aller alles jeder jede jedes jeden jedem manche mancher einige einigen viele vielen viel wenig wenige "
        "wenigen mehr weniger meist meiste meisten wenigsten mehrere beide beiden halb hälfte ganz ganze ganzen sämtliche "
        "immer oft manchmal selten häufig stets meistens nur jemand jemanden etwas genug paar mehrheit minderheit keine "
        "dutzend jederzeit überall irgendwo teilweise vollständig"
    ),
    hedges=phrases(
        "vielleicht, wahrscheinlich, vermutlich, möglicherweise, eventuell, wohl, ungefähr, etwa, circa, ca, rund, fast, "
        "beinahe, ziemlich, eigentlich, relativ, könnte, könnten, könntest, dürfte, dürften, sollte, sollten, würde, "
        "würden, scheinbar, anscheinend, angeblich, sicherlich, bestimmt, definitiv, sicher, ich glaube, glaube ich, "
        "ich denke, denke ich, ich meine, meiner meinung nach, ich finde, scheint, scheinen, tendenziell, "
        "grundsätzlich, im grossen und ganzen, meistens, hoffentlich, möglich"
    ),
    conditions=words("wenn falls sofern ausser bevor solange"),
    pronouns=words(
        "ich mich mir mein meine meinen du dich dir dein deine er ihn ihm sein seine sie ihr ihre ihnen wir uns unser "
        "unsere es man das dies diese dieser dieses"
    ),
    function_words=words(
        "der die das den dem des ein eine einen einem einer und oder aber denn sondern wenn als wie dass ob weil da zu in "
        "im am an auf aus bei beim mit nach von vom vor für über unter um durch gegen bis ist bin bist sind seid war "
        "waren wäre sein gewesen hat habe haben hatte hatten wird werden wurde wurden kann können konnte muss müssen "
        "musste will wollen soll sollen darf dürfen mag ich du er sie es wir ihr mich mir dich dir uns euch ihn ihm ihnen "
        "man sich mein dein unser dieser diese dieses jener wer was wo wann warum hier da dort dann so auch noch schon ja "
        "doch mal nicht"
    ),
    units=words(
        "prozent euro cent dollar franken pfund sekunde sekunden minute minuten stunde stunden tag tage tagen woche wochen "
        "monat monate monaten jahr jahre jahren quartal quartale jahrzehnt jahrhundert morgen mittag abend nacht heute "
        "gestern uhr meter kilometer zentimeter millimeter meilen gramm kilo kilogramm tonne tonnen liter grad watt "
        "tausend million millionen milliarde milliarden montag dienstag mittwoch donnerstag freitag samstag sonntag "
        "januar februar märz april mai juni juli august september oktober november dezember € $ £ ° minus"
    ),
    antonyms=groups("""
        gut gute guten guter gutes besser beste / schlecht schlechte schlechten schlechter schlimm böse
        gross grosse grossen grosser grösser / klein kleine kleinen kleiner
        lang lange langen länger / kurz kurze kurzen kürzer
        hoch hohe hohen höher / niedrig niedrige niedrigen niedriger tief tiefer
        schnell schnelle schneller / langsam langsame langsamer
        einfach einfache leicht leichter einfacher / schwer schwere schwierig schwierige kompliziert schwieriger schwerer
        früh früher frühe / spät später späte
        alt alte alten alter älter / neu neue neuen neuer jung junge jungen jünger
        stark starke stärker / schwach schwache schwächer
        richtig wahr richtige / falsch falsche
        warm heiss wärmer / kalt kühl kälter
        billig günstig günstiger billiger / teuer teurer
        voll / leer
        offen auf / geschlossen zu
        innen drinnen / aussen draussen
        oben über / unten unter
        vorher vor / nachher nach
        mit / ohne
        mehr / weniger
        viel viele / wenig wenige
        immer / nie niemals
        alle alles / keine keiner nichts
        gewinnen gewonnen gewinn / verlieren verloren verlust
        steigen gestiegen steigt stieg erhöht zugenommen wachsen gewachsen / fallen gefallen fällt sinken gesunken gesenkt abgenommen sinkt
        anfangen angefangen beginnen begonnen beginnt beginn anfang / aufhören aufgehört enden beendet endet ende
        kommen gekommen kam / gehen gegangen ging
        kaufen gekauft / verkaufen verkauft
        zufrieden glücklich / unzufrieden unglücklich
        sicher / unsicher
        möglich / unmöglich
        wichtig / unwichtig
        freiwillig / verpflichtend pflicht
        öffentlich / privat
        positiv / negativ
        angenehm / unangenehm
        erlaubt / verboten
        annehmen angenommen / ablehnen abgelehnt
        liebe mag liebt / hasse hasst
        links / rechts
        hell / dunkel
        laut / leise
        sauber / schmutzig
    """),
    negative_prefixes=("un", "in", "miss"),
    contractions={
        "gibt's": ("gibt", "es"), "geht's": ("geht", "es"), "hab": ("habe",), "hab's": ("habe", "es"), "nen": ("einen",),
        "ne": ("ne",), "nem": ("einem",), "ner": ("einer",), "was'n": ("was", "denn"), "ist's": ("ist", "es"),
        "isses": ("ist", "es"), "haste": ("hast", "du"), "biste": ("bist", "du"), "kannste": ("kannst", "du"),
        "aufm": ("auf", "dem"), "fürs": ("für", "das"), "ums": ("um", "das"), "ins": ("in", "das"), "ans": ("an", "das"),
        "aufs": ("auf", "das"), "durchs": ("durch", "das"), "übers": ("über", "das"), "is": ("ist",), "nich": ("nicht",),
        "nix": ("nichts",), "ok": ("okay",), "n": ("ein",), "mal": ("mal",), "%": ("prozent",), "sag": ("sage",),
        "zum": ("zu", "dem"), "zur": ("zu", "der"), "vom": ("von", "dem"), "beim": ("bei", "dem"), "im": ("in", "dem"),
        "am": ("an", "dem"),
    },
    suffixes=(("'s", ("es",)), ("'n", ("ein",)), ("'ne", ("eine",)), ("'nen", ("einen",))),
    same=groups("""
        prozent / percent
        und / and
        circa / ca
        bisschen / bissl bisserl
        gern / gerne
        glaub / glaube
        denk / denke
        mach / mache
        find / finde
        geh / gehe
        komm / komme
        seh / sehe
        wär / wäre
        hätt / hätte
        würd / würde
        selbst / selber
        heut / heute
        nem / einem
    """),
    question_starts=words(
        "wer wen wem was wann wo wohin woher warum wieso weshalb wie welche welcher welches ist sind war waren hast haben "
        "hat kannst können könnten könnte wird werden würden würde soll sollen muss müssen darf gibt bist habt"
    ),
    homophones=homophones.GERMAN,
    subjects=words("ich du er sie es wir ihr man das mein meine sein seine ihre unser unsere wer was wann wo warum wie"),
    determiners=words("sein seine seinen seiner ihr ihre ihren ihrer ihrem mein meine meinen dein deine unser unsere unseren das die der dies diese dieser dieses"),
    first_person=words("ich mich mir mein meine meinen meiner meinem"),
    second_person=words("du dich dir dein deine"),
    backchannels=words("ja jaja nein genau okay gut stimmt klar ach so aha oh richtig mhm hm wirklich verstehe ich sicher natürlich eben schön super toll interessant nee doch danke na und"),
    set_off_fillers=words(""),
    doubtful_fillers=words("tja hm"),
    relatives=words("wer was welche welcher welches"),
    link="und",
    emphatics=words("sehr so zu nur muss will kann auch da hier ja schon doch"),
    joined=phrases(
        "zu hause, so dass, auf grund, mit hilfe, zu gunsten, zu lasten, an stelle, in folge, von seiten, zu grunde, "
        "im stande, zu stande, in frage, zu mute, um so"
    ),
    bare_words=words(
        "konnte konnten konntest konntet hatte hatten hattest hattet wurde wurden wurdest wurdet musste mussten musstest "
        "durfte durften mochte mochten mochtest war waren brauchte brauchten gab kam kamen liess lage sass ware schon "
        "zahlen zahlt zahle zahlte drucken druckt fordern fordert forderte lauft bruder mutter vater garten vogel apfel mantel "
        "tochter laden kaufer fallt fallen lasst schlaft halt halten lost losen geld gute hohe fuhren fuhrt schwule zuge"
    ),
    doubts=words("vielleicht möglicherweise eventuell angeblich"),
    currencies={
        "€": "€", "euro": "€", "$": "$", "dollar": "$", "£": "£", "pfund": "£", "franken": "chf", "chf": "chf",
    },
    things={"pfund": Thing(money=words("sterling britische britischen pence penny london"))},
    percent=phrases("percent, prozent"),
    accents_matter=True,
    nouns_have_capitals=True,
)  # fmt: skip
