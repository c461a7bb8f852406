# ruff: noqa: E501 - a line of a table is one entry; broken entries are harder to check
"""German edges.

Source: written by hand for this project: negation at the end of a clause, verbs that raise a negation, the moods of the
unreal, the commonest modal particles and adverbs.
"""

import re

from notes_pipeline.verification.tables.context_edges import Edges, after, before, opening
from notes_pipeline.verification.tables.language import words

_ADVERBS = "(?:(?:wirklich|eigentlich|ehrlich|gesagt|auch|mehr|unbedingt|so|ganz|gar|überhaupt|einfach|da|doch) )*"
_THAT = "(?: dass)?"
_LINKS = "und|aber|also|denn|dann"

GERMAN = Edges(
    denials=before(
        """
        (?:glaube|glauben|glaubt|denke|denken|denkt|meine|meint|finde|sage|sagen|behaupte|erwarte)(?: (?:ich|wir|er|sie|man|das|es))? <adverbs>(?:nicht|nie)(?: dass)?
        (?:würde|möchte|will|kann|könnte)(?: ich| man)? <adverbs>nicht (?:sagen|behaupten|glauben)<that>
        (?:stimmt|heisst|bedeutet|wahr|richtig|so|sicher|sagen|gesagt|behauptet|gemeint) <adverbs>nicht dass
        (?:nicht|nie|niemals|nirgends)(?: (?:wahr|richtig|so|sicher|sagen|gesagt|behauptet|gemeint|geglaubt|gedacht|versprochen|der fall))? (?:dass|ob)
        nicht (?:sicher|klar|weil)(?: ob)?
        (?:nicht|nie|niemals) (?:beweisen|bewiesen|zeigen|gezeigt|belegen|belegt|bestätigen|bestätigt|festgestellt|gefunden|gehört|garantieren|ausschliessen)(?: (?:können|konnten|konnte|worden))? dass
        weiss(?: ich)? nicht ob
        (?:niemand|keiner)(?: (?!(?:aber|und|ich|wir) )\\w+){0,5} (?:glaubt|glauben|denkt|denken|sagt|sagen|behauptet|behaupten|meint)<that>
        (?:falsch|unfair|übertrieben|fehler) zu (?:sagen|glauben|behaupten|meinen|denken)
        alles andere als
        (?:märchen|lüge|gerücht|mythos|irrtum|illusion|quatsch|unsinn|falsch)(?: zu (?:sagen|glauben|behaupten))? dass
        (?:bezweifle|bezweifeln|bezweifelt|leugne|leugnet|bestreite|bestreitet|bestreiten|bestritten|verneint)(?: ich| wir| er| sie)? dass
        \\| (?:(?:und|aber|also|jetzt) )*(?:stell dir vor|stellen sie sich vor|stellt euch vor|angenommen)(?: dass)?
        (?:wünschte|wünsche mir|hätte gern|hätte gerne|tun so|tut so|so getan)(?: (?:dass|als|als ob))?
        (?:kein|keine|keinen) (?:beweis|beweise|anzeichen|beleg|belege|grund)(?: (?:dafür|zu glauben))? dass
        nichts (?:deutet darauf hin|zeigt|beweist|spricht dafür) dass
        als ob
        """,
        adverbs=_ADVERBS,
        that=_THAT,
    ),
    doubts=before(
        """
        (?:sagt|sagte|sagen|sagten|meint|meinte|meinen|behauptet|behauptete|gesagt|erzählt|versprochen|hiess es|denkt|findet)(?: (?:er|sie|man|uns|mir))?<that>
        (?:glaube|denke|hoffe|vermute|schätze|nehme an|fürchte|finde|meine|glaub|hoffen|glauben)(?: (?:ich|wir))?<that>
        (?:ich|wir) (?:glaube|denke|hoffe|vermute|schätze|fürchte|finde|meine|glaub|hoffen|glauben)<that>
        (?:fürchte|fürchtet|fürchten|befürchte|befürchtet|befürchten|befürchtete|angst|träume|träumt|träumte|geträumt|will|wollen|wollte|wollten|verlangt|verlangte|fordert|forderte|hofft|hoffte|gehofft|erwartet|vermutet|schwört|schwor|wünscht|warnt|warnte|überzeugt|schreibt|schrieb|glaubte|glaubten|dachte|dachten)(?: (?:ich|wir|er|sie|man))? dass
        (?:geträumt|träumte ich|befürchte|befürchten|im traum|auf dem papier|weit davon entfernt|sobald|laut \\w+|nach ansicht \\w+ \\w+)
        (?:behauptung|hoffnung|gefühl|eindruck|gefahr|verdacht|vermutung|befürchtung|theorie|vorstellung|traum|möglichkeit)(?: (?:ist|war))? dass
        (?:wenn|falls|sofern|ob|ausser|solange|vorausgesetzt|angenommen|es sei denn)<that>
        (?:vielleicht|möglicherweise|eventuell|angeblich|wahrscheinlich|vermutlich|wohl|hoffentlich|scheinbar|anscheinend|theoretisch|eigentlich)
        (?:ungefähr|etwa|rund|circa|ca|höchstens|mindestens|wenigstens|bis zu|weniger als|mehr als|über|unter|nur|selten|manchmal|wenige|einige|ein bisschen|ein wenig|teilweise|kaum)
        (?:könnte|könnten|dürfte|soll|sollen|sollte|anstatt|statt)
        """,
        that=_THAT,
    ),
    denials_after=after(
        """
        (?:(?:auch|aber|doch|ja|eben|eigentlich|noch|gar|überhaupt|einfach) )*(?:nicht|nie|niemals)
        (?:das )?(?:ist|war|stimmt) (?:(?:einfach|gar|so) )*(?:nicht (?:wahr|so|richtig)|gelogen|falsch|quatsch|unsinn|(?:ein|eine) (?:märchen|lüge|gerücht))
        """
    ),
    doubts_after=after(
        """
        (?:(?:aber|nur|auch|erst|und|selbst) )*(?:wenn|falls|sofern|ausser|solange|sobald|es sei denn|vorausgesetzt)
        (?:soweit|soviel)(?: \\w+){2,5} [.,]
        (?:oder|zumindest) (?:das )?(?:dachte|glaubte|hoffte|meinte|sagte|sagten|hiess)
        (?:oder so|auf dem papier|mehr oder weniger|plus minus|höchstens|mindestens)
        (?:(?:glaube|denke|hoffe|vermute|schätze) ich|vielleicht|wahrscheinlich|vermutlich|angeblich|hoffentlich|(?:sagt|sagte|meint|meinte) (?:er|sie)) [.,]
        """
    ),
    nearly=words("fast beinahe beinah"),
    conditions=words("wenn falls sofern solange angenommen vorausgesetzt ausser"),
    inversions=words("hätte hätten wäre wären sollte sollten"),
    links=words("und aber also oder denn weil dann ja nein selbst nur"),
    complementizers=words("dass ob"),
    indirect=frozenset(),
    interjections=words("nein"),
    modals=words("könnte könnten dürfte würde würden sollte sollten nur kaum selten oder"),
    hidden=after(
        "(?:märchen|lüge|bezweifle|bezweifelt|bestreite|bestreitet|angeblich|kaum|selten|weigere|weigert|vergessen zu)"
    ),
    commas_bind=True,
    either=words("oder"),
    openings=opening("(?:nur|erst) (?:wenn|falls|nachdem|dann)|sobald", links=_LINKS),
    without=opening("ohne", links=_LINKS),
    unreal=re.compile("^(?:wär|hätt|würd|könnt|müsst|dürft|käm|gäb|ging)"),
    shares=before("(?:halbe[nr]?|hälfte (?:von|der))|(?:#|eine[rs]?|jede[rs]?) (?:von|bis|oder)|zwischen # und"),
    ranges=after("(?:bis|oder) (?:#|mehr|weniger)"),
    coins=words("mark euro franken dollar uhr"),
    nominal=words(
        "der die das den dem des ein eine einen einem einer mein meine dein ihr ihre sein seine unser unsere dieser diese dieses"
    ),
)
