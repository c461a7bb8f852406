# ruff: noqa: E501 - a line of a table is one entry; broken entries are harder to check
"""Portuguese edges, of Brazil and of Portugal.

Source: written by hand for this project: negations, the subjunctive after verbs of doubt, conditions, the commonest
hedging adverbs.
"""

from notes_pipeline.verification.tables.context_edges import Edges, after, before
from notes_pipeline.verification.tables.language import words

_ADVERBS = "(?:(?:realmente|exatamente|nunca|jamais|me|se|lhe|também|te|nos) )*"

PORTUGUESE = Edges(
    denials=before(
        """
        (?:não|nunca|jamais|nem) <adverbs>(?:acho|acha|achamos|acham|penso|pensa|pensam|creio|crê|acredito|acredita|acreditamos|acreditam|digo|diz|dizemos|disse|disseram|diria|parece|significa|quer dizer|é|é que|é certo|é verdade|é possível|tenho certeza de|espero|vejo|prometi|prometeu|prometeram) que
        não (?:sei|sabemos|sabem|sabe) se
        não (?:porque|que|é como se)
        não há (?:provas?|evidências?|sinais) de que
        nada (?:indica|mostra|prova|diz) que
        como se
        (?:ninguém|nenhum|poucos) (?:acha|acredita|pensa|diz|disse|acreditam|acham) que
        (?:mito|mentira|boato|lenda|ilusão|falso|erro (?:dizer|achar|pensar)) (?:de )?que
        (?<! sem )(?:duvido|duvida|duvidamos|duvidam|nego|nega|negamos|negam|negou|negaram) (?:de )?que
        \\| (?:(?:e|mas|então) )*(?:imagina|imagine|imaginem|suponha|suponhamos)(?: que| se)?
        (?:tomara|oxalá|quem dera|finge|fingem|fingia|fingimos|queria)(?: que)
        (?:finge|fingem|fingia|fingimos|fingiu)
        (?:me recuso|se recusa|se recusam|recusou|recusaram|nos recusamos)(?: a)?(?: (?:acreditar|crer))?(?: que)?
        (?:por pouco|incapaz de|incapazes de|deixou de|deixaram de|deixamos de|esqueceu de|esqueceram de)
        """,
        adverbs=_ADVERBS,
    ),
    doubts=before(
        """
        (?:diz|dizem|disse|disseram|dizia|diziam|afirma|afirmam|conta|contou|prometeu|prometeram|pensa|pensam|acha|acham|acho|penso|creio|acredito|suponho|espero|esperamos|esperávamos|imagino|parece|diria)(?: que)?
        (?:se|a menos que|a não ser que|salvo se|desde que|contanto que|caso|exceto)
        (?:talvez|se calhar|provavelmente|possivelmente|supostamente|aparentemente|em teoria|na minha opinião)
        (?:uns|umas|aproximadamente|cerca de|mais ou menos|pelo menos|ao menos|no máximo|menos de|mais de|até|só|somente|apenas|raramente|às vezes|poucos|poucas|um pouco|alguns|algumas)
        (?:poderia|poderiam|poderíamos|deveria|deveriam|em vez de|ao invés de|tentou|tentamos|tentaram)
        """
    ),
    denials_after=after(
        """
        (?:não|nunca|jamais) [.,]
        (?:(?:isso|o que|que) )?(?:não é (?:certo|verdade|assim)|é (?:falso|mentira|um mito))
        """
    ),
    doubts_after=after(
        """
        (?:(?:mas|só|mesmo|e|apenas) )*(?:se|a menos que|a não ser que|salvo se|desde que|contanto que|caso|exceto)
        (?:ou algo assim|ou coisa assim|mais ou menos|pelo menos|ao menos|no máximo)
        (?:acho|acho eu|creio|suponho|espero|talvez|se calhar|provavelmente|possivelmente|supostamente|diz|disse) [.,]
        """
    ),
    nearly=words("quase"),
    conditions=words("se salvo caso suponha suponhamos"),
    inversions=words("tivesse tivessem"),
    links=words("e mas então ou porque pois bom já mesmo sim não só apenas"),
    complementizers=words("que se"),
    indirect=words("sei sabe sabemos sabem pergunto pergunta perguntou ver saber"),
    interjections=words("não"),
    modals=words("poderia poderiam deveria deveriam só somente apenas raramente ou"),
    hidden=after(
        "(?:mito|mentira|boato|duvido|duvida|nego|nega|negam|finge|fingem|tomara|a menos|salvo|supostamente|por pouco)"
    ),
    adverb_endings=("mente",),
    nominal=words(
        "o a os as um uma uns umas meu minha meus minhas teu tua seu sua seus suas nosso nossa nossos nossas este esta esse essa"
    ),
)
