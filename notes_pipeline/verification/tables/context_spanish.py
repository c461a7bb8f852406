# ruff: noqa: E501 - a line of a table is one entry; broken entries are harder to check
"""Spanish edges.

Source: written by hand for this project: negations that call for the subjunctive, conditions, the commonest hedging
adverbs.
"""

import re

from notes_pipeline.verification.tables.context_edges import Edges, after, before, opening
from notes_pipeline.verification.tables.language import words

_ADVERBS = "(?:(?:realmente|exactamente|tampoco|nunca|jamás|me|lo|se|te|nos|le|les) )*"
_LINKS = "y|pero|entonces|o|porque"

SPANISH = Edges(
    denials=before(
        """
        (?:no|nunca|jamás|tampoco) <adverbs>(?:creo|cree|creemos|creen|pienso|piensa|piensan|digo|dice|decimos|dije|dijo|dijeron|diría|diríamos|parece|significa|quiere decir|es|es que|es cierto|es verdad|es posible|estoy seguro de|estoy segura de|espero|veo|he dicho|ha dicho|prometí|prometió|prometieron) que
        no (?:sé|sabemos|saben|sabe) si
        no (?:porque|que|es como si)
        (?:no|nunca) (?:\\w+ )?(?:probar|probado|probamos|demostrar|demostrado|demuestra|prueba|muestra|mostrado|confirmar|confirmado|encontrado|garantizar|garantiza|oído) que
        no hay (?:pruebas?|evidencias?|señales) de que
        nada (?:indica|demuestra|prueba|dice) que
        como si
        (?:nadie|ninguno|pocos)(?: (?!(?:pero|y|yo) )\\w+){0,5} (?:cree|piensa|dice|dijo|diría|creen|piensan|creer|decir) que
        no (?:(?:me|te|le|lo|nos|les|se) )?(?:quiero|quiere|queremos|quieren|quería|querían)(?: es)? que
        (?:falso|injusto|exagerado|error) (?:decir|creer|pensar|afirmar) que
        (?:todo menos|cualquier cosa menos)
        (?:mito|mentira|rumor|leyenda|ilusión|falso|error (?:decir|creer|pensar))(?: de)? que
        (?<! sin )(?:dudo|duda|dudamos|dudan|niego|niega|negamos|niegan|negó|negaron) (?:de )?que
        \\| (?:(?:y|pero|entonces) )*(?:imagina|imagínate|imagine|imagínese|supongamos)(?: que| si)?
        (?:ojalá|ojalá que|finge|fingen|fingía|fingimos|quisiera que)(?: que)?
        (?:me niego|se niega|se niegan|se negó|se negaron|nos negamos|me negué)(?: a)?(?: (?:creer|pensar))?(?: que)?
        (?:por poco|incapaz de|incapaces de|dejó de|dejaron de|dejamos de|olvidó|olvidaron)
        """,
        adverbs=_ADVERBS,
    ),
    doubts=before(
        """
        (?:dice|dicen|dijo|dijeron|decía|decían|afirma|afirman|cuenta|contó|prometió|prometieron|piensa|piensan|cree|creen|creo|pienso|supongo|espero|esperamos|esperábamos|imagino|parece|parecía|pareció|diría)(?: que)?
        (?:temo|teme|temen|temía|temían|miedo(?: de| a)?|sueño|soñé|soñaba|soñó|sueña|quiero|quiere|quieren|quería|querían|exige|exigen|pide|piden|pidió|espera|esperan|esperaba|creía|creían|pensaba|pensaban|pensé|creí|decían|sospecho|sospecha|jura|juran|juró|escribió|convencid[oa]s?(?: de)?|segur[oa]s? de|propone|aseguran?|aseguró|sostiene|dicho|dije|digo|decir|creer|aceptar|admitir|confesar|rumor de|esperanza de|impresión de|sensación de|riesgo de|peligro de|idea de|miedo de|teoría de|sueño de) que
        (?:dice|dicen|dijo|dijeron|cree|creen|creo|piensan|pienso|espero|esperan|supongo) que sí que
        (?:sobre el papel|en (?:mi|un|su) sueño|en principio|según \\w+(?: \\w+)?|lejos de|en cuanto|tan pronto como)
        (?:si|a menos que|salvo que|salvo si|siempre que|con tal de que|en caso de que|excepto)
        (?:quizás|quizá|tal vez|a lo mejor|probablemente|posiblemente|seguramente|supuestamente|aparentemente|en teoría|en mi opinión)
        (?:unos|unas|aproximadamente|alrededor de|cerca de|más o menos|al menos|por lo menos|como mucho|menos de|más de|hasta|solo|sólo|solamente|únicamente|raramente|a veces|pocos|pocas|un poco|algunos|algunas|apenas)
        (?:podría|podrían|podríamos|debería|deberían|en vez de|en lugar de|intentó|intentamos|intentaron)
        """
    ),
    denials_after=after(
        """
        (?:no|nunca|jamás) [.,]
        (?:(?:eso|lo cual|que) )?(?:no es (?:cierto|verdad|así)|es (?:falso|mentira|un mito))
        """
    ),
    doubts_after=after(
        """
        (?:(?:pero|solo|sólo|aunque|incluso|y) )*(?:si|a menos que|salvo que|salvo si|siempre que|con tal de que|en caso de que|en cuanto|excepto)
        (?:que yo sepa|(?:por|hasta donde)(?: (?:lo que|yo|nosotros))? (?:sé|sabemos|recuerdo)) [.,]
        o (?:eso|al menos eso|por lo menos eso) (?:creía|creí|creo|creíamos|pensaba|pensé|dicen|dijo|dijeron|decían|parecía|espero)
        (?:o así|sobre el papel|o algo así|más o menos|al menos|por lo menos|como mucho|aproximadamente)
        (?:creo|creo yo|supongo|espero|pienso yo|quizás|quizá|tal vez|a lo mejor|probablemente|posiblemente|supuestamente|dice|dijo) [.,]
        """
    ),
    nearly=words("casi"),
    conditions=words("si salvo supongamos"),
    inversions=words("hubiera hubieran hubiese hubiesen"),
    links=words("y pero entonces o porque pues bueno ya incluso sí no aunque solo sólo"),
    complementizers=words("que si"),
    indirect=words("sé sabe sabemos saben pregunto pregunta preguntó ver saber"),
    interjections=frozenset(),
    modals=words("podría podrían debería deberían solo sólo solamente apenas raramente o"),
    hidden=after(
        "(?:mito|mentira|rumor|dudo|duda|niego|niega|niegan|finge|fingen|ojalá|a menos|salvo|apenas|supuestamente|por poco)"
    ),
    adverb_endings=("mente",),
    either=words("o u"),
    openings=opening(
        "(?:solo|sólo|solamente|únicamente) (?:cuando|si|después)|en cuanto|tan pronto como", links=_LINKS
    ),
    without=opening("sin|de no ser por", links=_LINKS),
    unreal=re.compile("(?:ría|rías|ríamos|rían)$"),
    shares=before("(?:medio|media|mitad de(?: l[oa]s)?)|(?:#|un[oa]) (?:de|de cada|a|o|u)|entre # y"),
    ranges=after("(?:a|o|u) (?:#|más|menos)"),
    coins=words("euros pesetas pesos dólares"),
    nominal=words(
        "el la los las un una unos unas mi mis tu tus su sus nuestro nuestra nuestros nuestras este esta estos estas ese esa"
    ),
)
