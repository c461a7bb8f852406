# ruff: noqa: E501 - a line of a word list is one entry; broken entries are harder to check
"""French.

Source: written by hand for this project; no list was taken from elsewhere. Spoken French drops "ne": it is a function
word here, and "pas", "jamais", "rien" and their like are the negations.
"""

from notes_pipeline.verification.tables.language import Language, Numbers, Thing, groups, listed, phrases, words

_UNITS = {
    word: value
    for value, word in enumerate(
        listed("zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize")
    )
    if word != "un"
} | {"dixsept": 17, "dixhuit": 18, "dixneuf": 19}
_ORDINALS = {
    word: value
    for value, word in enumerate(
        listed("premier deuxième troisième quatrième cinquième sixième septième huitième neuvième dixième"), start=1
    )
} | {"première": 1, "premiers": 1, "premières": 1, "second": 2, "seconde": 2}

FRENCH = Language(
    code="fr",
    numbers=Numbers(
        units=_UNITS,
        tens={
            "vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "septante": 70, "huitante": 80,
            "octante": 80, "nonante": 90,
        },
        hundred={"cent": 100, "cents": 100},
        scales={"mille": 10**3, "million": 10**6, "millions": 10**6, "milliard": 10**9, "milliards": 10**9},
        ordinals=_ORDINALS,
        joiners=words("et"),
        point=words("virgule"),
        one=words("un une"),
        has_decimal_comma=True,
        ones=words("un une"),
        to=words("à"),
        parts={("et", "demi"): (1, 2), ("et", "demie"): (1, 2), ("et", "quart"): (1, 4)},
        part_names={"tiers": 3, "quarts": 4, "cinquièmes": 5, "dixièmes": 10},
        hours=words("h heure heures"),
        is_vigesimal=True,
        pairs={
            ("quatre", "vingt"): 80, ("quatre", "vingts"): 80, ("dix", "sept"): 17, ("dix", "huit"): 18, ("dix", "neuf"): 19,
        },
    ),
    common=words("le la les de des et est un une que qui je pas vous nous il on dans pour ce en du au avec"),
    fillers=words("euh heu hum hm hmm mm mmm bah ben"),
    markers=phrases(
        "bon, ben, bah, alors, donc, enfin, voilà, quoi, tu sais, vous savez, tu vois, vous voyez, je veux dire, disons, "
        "hein, oui, ouais, eh bien, et, mais, en fait, genre, d'accord, de accord, comment dire"
    ),
    negations=words("pas jamais rien aucun aucune personne nul nulle ni sans non guère nullement"),
    quantifiers=words(
        "tout tous toute toutes chaque quelques quelque certains certaines plusieurs beaucoup peu plus moins plupart "
        "moitié majorité minorité assez trop tellement toujours souvent parfois rarement seulement quelqu'un tant autant "
        "demi entier entière tiers quart partout divers"
    ),
    hedges=phrases(
        "peut être, probablement, sans doute, environ, presque, à peu près, plutôt, assez, apparemment, vraisemblablement, "
        "éventuellement, possible, possiblement, je crois, je pense, je suppose, il me semble, à mon avis, semble, "
        "semblent, pourrait, pourraient, devrait, devraient, pourrais, devrais, serait, seraient, certainement, sûrement, "
        "évidemment, absolument, vraiment, généralement, quasiment, un peu, en quelque sorte, on dirait, j'espère"
    ),
    conditions=words("si sauf lorsque"),
    pronouns=words(
        "je me moi mon ma mes tu te toi ton ta tes il elle lui le la se son sa ses on nous notre nos vous votre vos ils "
        "elles leur leurs eux les ce cela ça ceci celui celle ceux y en"
    ),
    function_words=words(
        "le la les l' un une des de du d' au aux à et ou mais donc or car que qui quoi dont où si ne n' se ce cet cette ces "
        "je tu il elle on nous vous ils elles me te lui leur y en mon ma mes ton ta tes son sa ses notre votre est suis es "
        "sommes êtes sont était étaient été être a ai as avons avez ont avait avaient eu avoir fait faire va vais vont dans "
        "sur sous avec pour par chez entre vers pendant comme quand très aussi bien là ici alors puis peut peux dois doit"
    ),
    units=words(
        "pourcent euro euros centime centimes dollar dollars livre livres franc francs seconde secondes minute minutes heure "
        "heures jour jours semaine semaines mois an ans année années trimestre trimestres siècle siècles matin midi soir "
        "nuit aujourd'hui hier demain mètre mètres kilomètre kilomètres km centimètre centimètres gramme grammes kilo kilos "
        "kilogramme tonne tonnes litre litres degré degrés watt watts mille million millions milliard milliards lundi mardi "
        "mercredi jeudi vendredi samedi dimanche janvier février mars avril mai juin juillet août septembre octobre novembre "
        "décembre € $ £ ° minus percent"
    ),
    antonyms=groups("""
        bon bonne bons bonnes meilleur meilleure / mauvais mauvaise pire mauvaises
        grand grande grands grandes gros / petit petite petits petites
        long longue / court courte
        haut haute élevé élevée / bas basse faible
        rapide vite rapidement / lent lente lentement
        facile simple faciles / difficile compliqué compliquée difficiles
        tôt / tard
        vieux vieille ancien ancienne / nouveau nouvelle neuf neuve jeune
        fort forte / faible
        vrai vraie juste correct / faux fausse
        chaud chaude / froid froide
        cher chère chers / pas bon marché
        plein pleine / vide
        ouvert ouverte ouvrir ouvre / fermé fermée fermer ferme
        dedans intérieur / dehors extérieur
        dessus / dessous
        avant / après
        avec / sans
        plus / moins
        beaucoup / peu
        toujours / jamais
        tout tous / rien aucun
        quelqu'un / personne
        gagner gagné gagne / perdre perdu perd
        augmenter augmenté augmente augmentation monter monté hausse / baisser baissé baisse diminuer diminué diminue diminution descendu
        commencer commencé commence début / finir fini finit terminer terminé fin arrêter arrêté
        venir venu / partir parti
        acheter acheté achète / vendre vendu vend
        content heureux satisfait satisfaite contente heureuse / mécontent malheureux insatisfait insatisfaite
        possible / impossible
        utile / inutile
        public publique / privé privée
        positif positive / négatif négative
        accepter accepté accepte / refuser refusé refuse
        aimer aimé aime adore / détester détesté déteste
        gauche / droite
        clair / sombre
        premier première / dernier dernière
        autorisé permis / interdit
        mieux / pire
        propre / sale
    """),
    negative_prefixes=("in", "im", "ir", "mal", "mé", "dé", "non"),
    contractions={
        "s'il": ("si", "il"), "s'ils": ("si", "ils"),
        "t'as": ("tu", "as"), "t'es": ("tu", "es"), "y'a": ("y", "a"), "ya": ("y", "a"), "chais": ("je", "sais"),
        "aujourd'hui": ("aujourd'hui",), "quelqu'un": ("quelqu'un",), "ok": ("okay",), "j'sais": ("je", "sais"),
        "ouais": ("ouais",), "cela": ("ça",), "p't'être": ("peut", "être"), "d'accord": ("de", "accord"),
    },
    elisions={
        "j": "je", "n": "ne", "l": "l'", "d": "de", "c": "ce", "s": "s'", "m": "me", "t": "te", "qu": "que",
        "jusqu": "jusque", "lorsqu": "lorsque", "puisqu": "puisque", "quoiqu": "quoique",
    },
    same=groups("""
        pourcent / percent
        et / and
        ouais / oui
        que / qu
    """),
    question_starts=words(
        "qui que quoi quel quelle quels quelles quand où comment pourquoi combien est es avez as peux pouvez peut"
    ),
    subjects=words("je tu il elle on nous vous ils elles ce cela ça mon ma mes son sa ses notre nos leur leurs qui que quand où comment pourquoi"),
    determiners=words("son sa ses leur leurs mon ma mes ton ta tes notre nos votre vos le la les ce cet cette ces"),
    silent_negation="ne",
    first_person=words("je me moi mon ma mes"),
    second_person=words("tu te toi ton ta tes vous votre vos"),
    backchannels=words("oui ouais non d'accord de accord ok okay ah bon voilà exactement bien sûr je vois vraiment super très intéressant merci tout à fait c est ça ce oh hein et"),
    set_off_fillers=words("ben bah"),
    doubtful_fillers=words("ah"),
    relatives=words("qui que ce ceux celui celle"),
    link="et",
    emphatics=words("très si trop bien là ici aussi tout même"),
    doubts=words("éventuellement"),
    currencies={"€": "€", "euro": "€", "euros": "€", "$": "$", "dollar": "$", "dollars": "$", "£": "£", "livres": "£"},
    things={"livres": Thing(money=words("sterling britanniques pence penny londres"))},
    percent=phrases("percent, pourcent, pour cent"),
    accents_matter=True,
    final_accents_tell=True,
)  # fmt: skip
