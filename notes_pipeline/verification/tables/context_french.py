# ruff: noqa: E501 - a line of a table is one entry; broken entries are harder to check
"""French edges.

Source: written by hand for this project: negations, verbs that take a subjunctive when denied, the conditional. Spoken
French drops "ne", so that "pas" alone tells.
"""

import re

from notes_pipeline.verification.tables.context_edges import Edges, after, before, opening
from notes_pipeline.verification.tables.language import words

_ADVERBS = "(?:(?:vraiment|forcément|du tout|non plus|trop|même|plus|exactement) )*"
_LINKS = "et|mais|donc|alors|ou|car"

FRENCH = Edges(
    denials=before(
        """
        (?:crois|croit|croyons|croient|pense|penses|pensons|pensent|dis|dit|disons|dirais|dirait|trouve|imagine|veut dire|suis sûr|sûre?|certaine?|convaincue?|vrai|possible|juste|cas) (?:pas|jamais) <adverbs>que
        (?:pas|jamais) <adverbs>(?:sûre?|certaine?|convaincue?|vrai|possible|juste|dit|cru|pensé|promis|le cas|dire|croire) (?:que|si)
        sais pas si
        (?:pas|jamais) (?:prouver|prouvé|montrer|montré|démontrer|démontré|confirmer|confirmé|constater|constaté|trouvé|entendu|garantir|établi) que
        (?:prouve|montre|démontre|confirme|constate|indique|garantis|garantit) pas que
        (?:aucune? (?:preuve|raison|signe)|rien ne (?:montre|prouve|dit|indique))(?: de (?:croire|penser))? que
        (?:pas parce que|pas que|comme si)
        (?:personne|aucun)(?: (?!(?:mais|et|je|on) )\\w+){0,5} (?:croit|pense|dit|dirait|croire|dire) que
        (?:faux|exagéré|injuste|erreur|tort) de (?:dire|croire|penser|prétendre) que
        tout sauf
        (?:mythe|mensonge|rumeur|légende|illusion|faux|erreur de (?:dire|croire|penser)) (?:de (?:dire|croire|penser) )?que
        (?<! sans )(?<! aucun )(?:doute|doutes|doutons|doutent|nie|nient|démens|conteste|contestent) que
        \\| (?:(?:et|mais|alors|donc) )*(?:imagine|imaginez|imaginons|supposons)(?: que| si)?
        (?:voudrais que|aimerais que|souhaiterais que|semblant (?:de|que))
        (?:refuse|refusé|refusent|refusons|incapables?|failli|manqué|oublié|échoué)(?: (?:de|à))?(?: (?:croire|penser))?(?: que)?
        """,
        adverbs=_ADVERBS,
    ),
    doubts=before(
        """
        (?:dit|disent|disait|disaient|affirme|affirment|prétend|prétendent|raconte|promis|pense|pensent|croit|croient|espère|espérait|espérons|crois|suppose|imagine|trouve|paraît|semble|dirait)(?: que)?
        (?:crains|craint|craignent|craignait|peur|rêve|rêvé|rêvais|rêvait|veut|veulent|voulait|voulaient|exige|exigent|demande|demandent|croyais|croyait|croyaient|pensais|pensait|pensaient|disais|soupçonne|jure|jurent|jurait|écrit|convaincue?s?|persuadée?s?|prédit|prévient|propose|souhaite|souhaitent|annonce|annonçait|affirmait|racontait|racontent|cru|pensé) (?:que oui que|que)
        (?:(?:faire|fait|font|laisse|laissent|laissé) (?:croire|penser|dire|avouer)|disent que oui|croire|bruit|espoir|impression|sentiment|risque|idée|peur|théorie|hypothèse)(?: est)?(?: que)
        (?:sur le papier|dans (?:mon|un|son) rêve|en principe|selon \\w+(?: \\w+)?|loin de|dès que)
        (?:si|sauf si|à moins que|pourvu que|à condition que|sauf|tant que)
        (?:peut être|peut être que|probablement|sans doute|apparemment|éventuellement|sûrement|possiblement|théoriquement|à mon avis)
        (?:environ|à peu près|au moins|au plus|moins de|plus de|jusqu'à|jusque à|quelque|seulement|que|rarement|parfois|peu de|un peu|quelques|plutôt|plus ou moins)
        (?:pourrait|pourraient|pourrais|devrait|devraient|au lieu de|plutôt que de|essayé de|censés?)
        """
    ),
    denials_after=after(
        """
        (?:pas|jamais|rien|guère)
        (?:(?:ce )?(?:est|était|ne est) )(?:pas (?:vrai|juste|le cas)|faux|(?:un|une) (?:mythe|mensonge|rumeur|légende))
        """
    ),
    doubts_after=after(
        """
        (?:(?:mais|seulement|même|sauf|et) )*(?:si|à moins que|à condition que|pourvu que|tant que|dès que|sauf)
        (?:pour )?autant que(?: \\w+){2,5} [.,]
        ou (?:du moins |en tout cas )?(?:je|on|il|elle|ils|elles|nous) (?:le |me |nous |se )?(?:croyais|croyait|pensais|pensait|a dit|ont dit|disait|disaient|espérais|crois|pense)
        (?:sur le papier|ou (?:quelque chose comme ça|à peu près)|à peu près|plus ou moins|au moins|au plus|environ)
        (?:je (?:crois|pense|suppose|espère|imagine)|peut être|probablement|sans doute|apparemment|à mon avis) [.,]
        """
    ),
    nearly=words("presque quasiment"),
    conditions=words("si sauf supposons supposez"),
    inversions=frozenset(),
    links=words("et mais alors donc ou car parce que même bon ben oui non"),
    complementizers=words("que si"),
    indirect=words("sais sait demande demandé savoir voir vérifier savent"),
    interjections=words("non"),
    either=words("ou"),
    openings=opening("seulement (?:quand|si|après)|dès que|ce est seulement quand", links=_LINKS),
    without=opening("sans", links=_LINKS),
    unreal=re.compile("(?:rais|rait|rions|riez|raient)$"),
    shares=before("(?:demi|moitié (?:de|des))|(?:#|une?) (?:sur|à|ou)|entre # et"),
    ranges=after("(?:à|ou) (?:#|plus|moins)"),
    coins=words("francs euros dollars heures"),
    modals=words("pourrait pourraient pourrais devrait devraient seulement rarement ou"),
    hidden=after(
        "(?:failli|mythe|mensonge|rumeur|doute que|semblant|refuse|refusé|refusent|à moins|rarement|prétend|prétendent|prétendu|ne)"
    ),
    nominal=words(
        "le la les l' un une des mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs ce cet cette ces"
    ),
)
