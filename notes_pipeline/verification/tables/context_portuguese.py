# ruff: noqa: E501 - a line of a table is one entry; broken entries are harder to check
"""Portuguese edges, of Brazil and of Portugal.

Source: written by hand for this project: negations, the subjunctive after verbs of doubt, conditions, the commonest
hedging adverbs.
"""

import re

from notes_pipeline.verification.tables.context_edges import Edges, after, before, opening
from notes_pipeline.verification.tables.language import words

_ADVERBS = "(?:(?:realmente|exatamente|nunca|jamais|me|se|lhe|também|te|nos) )*"
_LINKS = "e|mas|então|ou|porque"

PORTUGUESE = Edges(
    denials=before(
        """
        (?:não|nunca|jamais|nem) <adverbs>(?:acho|acha|achamos|acham|penso|pensa|pensam|creio|crê|acredito|acredita|acreditamos|acreditam|digo|diz|dizemos|disse|disseram|diria|parece|significa|quer dizer|é|é que|é certo|é verdade|é possível|tenho certeza de|espero|vejo|prometi|prometeu|prometeram) que
        não (?:sei|sabemos|sabem|sabe) se
        não (?:porque|que|é como se)
        (?:não|nunca) (?:\\w+ )?(?:provar|provado|provamos|prova|demonstrar|demonstrado|demonstra|mostra|mostrado|confirmar|confirmado|encontrado|garantir|garante|ouvido) que
        não há (?:provas?|evidências?|sinais) de que
        nada (?:indica|mostra|prova|diz) que
        como se
        (?:ninguém|nenhum|poucos)(?: (?!(?:mas|e|eu) )\\w+){0,5} (?:acha|acredita|pensa|diz|disse|diria|acreditam|acham|dizer) que
        não (?:quero|quer|queremos|querem|queria|queriam)(?: é)? que
        (?:falso|injusto|exagero|erro|errado) (?:dizer|achar|pensar|afirmar) que
        tudo menos
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
        (?:diz|dizem|disse|disseram|dizia|diziam|afirma|afirmam|conta|contou|prometeu|prometeram|pensa|pensam|acha|acham|acho|penso|creio|acredito|suponho|espero|esperamos|esperávamos|imagino|parece|parecia|pareceu|diria)(?: que)?
        (?:temo|teme|temem|temia|temiam|medo(?: de)?|sonho|sonhei|sonhou|sonhava|quero|quer|querem|queriam|exige|exigem|pede|pedem|pediu|espera|esperam|esperava|achava|achavam|acreditava|acreditavam|pensava|pensavam|pensei|achei|suspeito|suspeita|jura|juram|jurou|escreveu|convencid[oa]s?(?: de)?|cert[oa]s? de|propõe|garante|garantem|garantiu|dizer|acreditar|admitir|confessar|boato de|esperança de|impressão de|sensação de|risco de|perigo de|ideia de|teoria de|sonho de) que
        (?:diz|dizem|disse|disseram|acha|acham|acho|penso|pensam|espero|esperam) que sim que
        (?:no papel|n(?:o meu|um|o seu) sonho|em princípio|em tese|segundo \\w+(?: \\w+)?|longe de|assim que|logo que)
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
        (?:(?:mas|só|mesmo|e|apenas) )*(?:se|a menos que|a não ser que|salvo se|desde que|contanto que|assim que|logo que|caso|exceto)
        (?:que eu saiba|(?:pelo que|até onde)(?: (?:eu|nós|a gente))? (?:sei|sabemos|sabe|lembro)) [.,]
        ou (?:pelo menos )?(?:era o que|assim|eu|foi o que) (?:eu )?(?:achava|achei|pensava|pensei|acho|disse|disseram|dizem|esperava)
        (?:no papel|ou algo assim|ou coisa assim|mais ou menos|pelo menos|ao menos|no máximo)
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
    either=words("ou"),
    openings=opening("(?:só|somente|apenas) (?:quando|se|depois)|assim que|logo que", links=_LINKS),
    without=opening("sem|não fosse", links=_LINKS),
    unreal=re.compile("(?:ria|rias|ríamos|riam)$"),
    shares=before("(?:meio|meia|metade d[eoa]s?)|(?:#|um|uma) (?:em|em cada|de|de cada|a|ou)|entre # e"),
    ranges=after("(?:a|ou) (?:#|mais|menos)"),
    coins=words("euros reais dólares"),
    nominal=words(
        "o a os as um uma uns umas meu minha meus minhas teu tua seu sua seus suas nosso nossa nossos nossas este esta esse essa"
    ),
)
