"""Words of quantity that can stand for each other in a statement, by language.

Source: written by hand for this project. Reason: "every order" is "all orders", but neither is "most orders". Words
that any statement may bring ("some", "any", "a few") are left out: they claim nothing.
"""

from notes_pipeline.verification.tables.language import listed

_FAMILIES = {
    "en": """
        all: all every each everyone everybody everything everywhere whole entire entirely always completely fully total
        most: most majority mostly mainly
        many: many much lots plenty often frequently numerous
        few: few little rarely seldom
        half: half
        both: both
        once: once
        twice: twice double doubled
        more: more increasingly
        less: less fewer
        only: only solely exclusively
        dozens: dozens hundreds thousands millions billions
        nearly: almost nearly
    """,
    "de": """
        all: alle alles jede jeder jedes jeden jedem ganz ganze ganzen immer völlig sämtliche überall
        most: meisten mehrheit meistens hauptsächlich überwiegend
        many: viele viel vielen oft häufig zahlreiche
        few: wenige wenig wenigen selten
        half: hälfte halb halbe halben
        both: beide beiden
        once: einmal
        twice: zweimal doppelt
        more: mehr
        less: weniger
        only: nur ausschließlich lediglich
        dozens: dutzende hunderte tausende millionen
        nearly: fast beinahe nahezu
    """,
    "fr": """
        all: tout tous toute toutes chaque toujours entier entière entièrement partout
        most: plupart majorité majoritairement surtout
        many: beaucoup souvent nombreux nombreuses
        few: peu rarement
        half: moitié demi
        twice: double
        more: plus
        less: moins
        only: seulement uniquement
        dozens: dizaines centaines milliers millions
        nearly: presque quasiment
    """,
    "es": """
        all: todo todos toda todas cada siempre entero entera completamente
        most: mayoría mayormente
        many: mucho muchos mucha muchas frecuentemente
        few: poco pocos poca pocas raramente
        half: mitad medio media
        both: ambos ambas
        twice: doble
        more: más
        less: menos
        only: solo sólo solamente únicamente
        dozens: decenas cientos miles millones
        nearly: casi
    """,
    "pt": """
        all: todo todos toda todas cada sempre inteiro inteira completamente
        most: maioria principalmente
        many: muito muitos muita muitas frequentemente
        few: pouco poucos pouca poucas raramente
        half: metade meio meia
        both: ambos ambas
        twice: dobro
        more: mais
        less: menos
        only: só somente apenas unicamente
        dozens: dezenas centenas milhares milhões
        nearly: quase
    """,
}


def _read(text: str) -> dict[str, str]:
    """Read lines of `family: word word ...` into a map from word to family."""
    found = {}
    for line in text.strip().splitlines():
        family, _, members = line.strip().partition(": ")
        found.update(dict.fromkeys(listed(members), family))
    return found


_KNOWN = {code: _read(text) for code, text in _FAMILIES.items()}


def families_of(atoms: list[str], language: str) -> set[str]:
    """Give which quantities words speak of; a family has one name in all languages."""
    known = _KNOWN.get(language, {})
    return {known[atom] for atom in atoms if atom in known}
