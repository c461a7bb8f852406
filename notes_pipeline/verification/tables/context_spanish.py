# ruff: noqa: E501 - a line of a table is one entry; broken entries are harder to check
"""Spanish edges.

Source: written by hand for this project: negations that call for the subjunctive, conditions, the commonest hedging
adverbs.
"""

from notes_pipeline.verification.tables.context_edges import Edges, after, before
from notes_pipeline.verification.tables.language import words

_ADVERBS = "(?:(?:realmente|exactamente|tampoco|nunca|jamás|me|lo|se|te|nos|le|les) )*"

SPANISH = Edges(
    denials=before(
        """
        (?:no|nunca|jamás|tampoco) <adverbs>(?:creo|cree|creemos|creen|pienso|piensa|piensan|digo|dice|decimos|dije|dijo|dijeron|diría|diríamos|parece|significa|quiere decir|es|es que|es cierto|es verdad|es posible|estoy seguro de|estoy segura de|espero|veo|he dicho|ha dicho|prometí|prometió|prometieron) que
        no (?:sé|sabemos|saben|sabe) si
        no (?:porque|que|es como si)
        no hay (?:pruebas?|evidencias?|señales) de que
        nada (?:indica|demuestra|prueba|dice) que
        como si
        (?:nadie|ninguno|pocos) (?:cree|piensa|dice|dijo|creen|piensan) que
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
        (?:dice|dicen|dijo|dijeron|decía|decían|afirma|afirman|cuenta|contó|prometió|prometieron|piensa|piensan|cree|creen|creo|pienso|supongo|espero|esperamos|esperábamos|imagino|parece|diría)(?: que)?
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
        (?:(?:pero|solo|sólo|aunque|incluso|y) )*(?:si|a menos que|salvo que|salvo si|siempre que|con tal de que|en caso de que|excepto)
        (?:o así|o algo así|más o menos|al menos|por lo menos|como mucho|aproximadamente)
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
    nominal=words(
        "el la los las un una unos unas mi mis tu tus su sus nuestro nuestra nuestros nuestras este esta estos estas ese esa"
    ),
)
