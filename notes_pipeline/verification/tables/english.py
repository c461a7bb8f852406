# ruff: noqa: E501 - a line of a word list is one entry; broken entries are harder to check
"""English.

Source: written by hand for this project, from knowledge of the language and from what transcripts show; no list was
taken from elsewhere. Antonyms and irregular spellings are those of common adjectives, verbs and adverbs, because a
change of one of them turns a statement round.
"""

from notes_pipeline.verification.tables import homophones
from notes_pipeline.verification.tables.language import Language, Numbers, Thing, groups, listed, phrases, words

_UNITS = {
    word: value
    for value, word in enumerate(
        listed(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen"
        )
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate(listed("twenty thirty forty fifty sixty seventy eighty ninety"), start=2)
} | {"fourty": 40}
_ORDINALS = {
    word: value
    for value, word in enumerate(
        listed(
"first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"),
        start=1,
    )
} | {
    "thirtieth": 30, "fortieth": 40, "fiftieth": 50, "sixtieth": 60, "seventieth": 70, "eightieth": 80,
    "ninetieth": 90, "hundredth": 100, "thousandth": 1000, "millionth": 1_000_000,
}  # fmt: skip

NUMBERS = Numbers(
    units=_UNITS,
    tens=_TENS,
    hundred={"hundred": 100},
    scales={
        "thousand": 10**3,
        "k": 10**3,
        "million": 10**6,
        "mn": 10**6,
        "billion": 10**9,
        "bn": 10**9,
        "trillion": 10**12,
    },
    ordinals=_ORDINALS,
    decades={word[:-1] + "ies": value for word, value in _TENS.items()},
    parts={
        ("and", "a", "half"): (1, 2),
        ("and", "one", "half"): (1, 2),
        ("and", "half"): (1, 2),
        ("and", "a", "quarter"): (1, 4),
        ("and", "one", "quarter"): (1, 4),
        ("and", "three", "quarters"): (3, 4),
        ("and", "a", "third"): (1, 3),
        ("and", "one", "third"): (1, 3),
        ("and", "two", "thirds"): (2, 3),
    },
    shares={"half": 2},
    part_names={"thirds": 3, "quarters": 4, "fifths": 5, "sixths": 6, "eighths": 8, "tenths": 10},
    hours=words("oclock"),
    needs_room_to_join=True,
    joiners=words("and"),
    point=words("point dot"),
    one=words("a an"),
    zeros=words("oh o"),
    to=words("to"),
)

ENGLISH = Language(
    code="en",
    numbers=NUMBERS,
    common=words("the and of to you that it is was for they we have with this but not are what do"),
    fillers=words("um uh uhm umm uhh er erm eh ehm hm hmm hmmm mm mmm mhm ah ahh aah uhuh huh em"),
    markers=phrases(
        "you know, i mean, like, well, so, okay, right, yeah, yes, oh, now, and so, actually, basically, see, look, "
        "you see, and uh, and um, and, but, so yeah, and then"
    ),
    negations=words(
        "not no never none nobody nothing nowhere neither nor without hardly scarcely barely cannot non nope"
    ),
    quantifiers=words(
        "all some any many much few fewer little less more most least every each both half several whole "
        "everyone everybody everything everywhere someone somebody something somewhere anyone anybody anything "
        "always often sometimes rarely seldom usually frequently occasionally once twice only just entire majority "
        "minority lot lots plenty couple dozen dozens hundreds thousands millions billions enough another nearly "
        "either completely partly partially entirely fully mostly mainly ever total"
    ),
    hedges=phrases(
        "maybe, perhaps, probably, possibly, approximately, roughly, about, around, might, may, could, should, "
        "potentially, presumably, apparently, seemingly, likely, somewhat, almost, nearly, generally, typically, "
        "usually, largely, fairly, relatively, sort of, kind of, i think, i guess, i believe, i suppose, i hope, "
        "i feel, hopefully, i would say, it seems, seems, seem, seemed, appear, appears, arguably, mostly, partly, "
        "in my opinion, in our view, as far as i know, to some extent, a bit, a little, quite, pretty, unlikely, "
        "essentially, basically, practically, virtually, supposedly, allegedly, certainly, definitely, surely, "
        "clearly, absolutely, undoubtedly, obviously, if, or so"
    ),
    conditions=words("if unless except until"),
    pronouns=words(
        "i me my mine myself you your yours yourself yourselves he him his himself she her hers herself it its itself "
        "we us our ours ourselves they them their theirs themselves this that these those who whom there here one"
    ),
    function_words=words(
        "a an the and or but so if then than as at by for from in into of off on onto out over to under up with "
        "is am are was were be been being do does did done have has had will would shall should can could may might "
        "must that this these those it he she we they you i me him her us them my your his our their its who which "
        "what when where why how there here very too also just 's 'd not no whether such get got us because while like said say"
    ),
    units=words(
        "percent percentage cent cents dollar dollars euro euros pound pounds yen yuan rmb usd eur gbp basis point points "
        "second seconds minute minutes hour hours day days week weeks month months year years quarter quarters decade "
        "decades century centuries morning afternoon evening night today tomorrow yesterday meter meters metre metres "
        "kilometer kilometers kilometre kilometres km mile miles foot feet inch inches gram grams kilogram kilograms kg "
        "kilo kilos tonne tonnes ton tons ounce ounces liter liters litre litres gallon gallons degree degrees watt "
        "watts kilowatt megawatt gigawatt volt volts bit bits byte bytes kilobyte megabyte gigabyte hertz thousand "
        "million billion trillion hundred hundreds thousands millions billions monday tuesday wednesday thursday friday "
        "saturday sunday january february march april june july august september october november december $ € £ ¥ ₹ ° "
        "minus grand bucks pence penny fold"
    ),
    antonyms=groups("""
        good better best great excellent nice / bad worse worst poor terrible awful
        easy easier easily simple simpler / hard harder difficult complex complicated
        high higher highest / low lower lowest
        big bigger large larger largest huge biggest / small smaller little tiny smallest
        long longer longest / short shorter shortest
        fast faster quick quicker quickly rapidly / slow slower slowly
        early earlier / late later
        old older / new newer young younger
        strong stronger strongly / weak weaker weakly
        right correct true / wrong incorrect false left
        more / less fewer
        most / least fewest
        many much / few little
        up upward upwards above over / down downward downwards below under
        in inside into / out outside
        on / off
        before / after
        first / last
        open opened opens opening / close closed closes closing shut
        start started starts begin began starting / end ended ends stop stopped stops finish finished
        increase increased increases increasing rise rose rises rising grow grew grows growing growth gain gains raise / decrease decreased decreases decreasing fall fell falls falling decline declined declines declining drop dropped reduce reduced reduction shrink loss losses cut lower
        win won wins winning / lose lost loses losing
        love loved like liked loves likes enjoy enjoyed / hate hated hates dislike disliked
        buy bought buys / sell sold sells
        give gave / take took
        come came / go went
        push / pull
        same similar equal / different
        happy glad / sad unhappy
        hot warm / cold cool
        rich / poor
        safe / dangerous unsafe risky
        cheap cheaper / expensive
        possible / impossible
        public / private
        internal / external
        positive positively / negative negatively
        success succeed succeeded / failure fail failed
        accept accepted agree agreed agrees / reject rejected refuse refused disagree disagreed
        allow allowed allows / forbid prevent prevented prohibit
        include included includes including / exclude excluded excludes excluding
        remember remembered / forget forgot
        support supported supports / oppose opposed opposes
        always / never
        all every everything everyone / none no nothing nobody
        with / without
        near close / far
        full / empty
        heavy / light
        wide broad / narrow
        thick / thin
        deep / shallow
        clean / dirty
        bright light / dark
        important / unimportant trivial
        helpful useful / useless unhelpful harmful
        maximum max / minimum min
        upper / lower
        north northern / south southern
        east eastern / west western
        past previous / future next
        better / worse
        improve improved improves improving improvement / worsen worsened deteriorate deteriorated
        advantage / disadvantage
        benefit benefits / harm drawback cost
        friend / enemy
        male man men boy / female woman women girl
        front / back
        top / bottom
        forward / backward backwards
        ahead / behind
        alive / dead
        present / absent
        visible / hidden invisible
        permanent / temporary
        voluntary / mandatory compulsory
        optional / required mandatory
        favorable favourable / unfavorable unfavourable
        profit profits / loss losses deficit
        expand expanded / contract shrink
        accelerate accelerated / slow decelerate
        inflow / outflow
        asset assets / liability liabilities
        upside / downside
        tailwind tailwinds / headwind headwinds
        demand / supply
        import imports / export exports
        arrive arrived / leave left
        confident sure certain / unsure uncertain doubtful
        clear / unclear
        easy / tough
        often / rarely seldom
        soft / hard
        tight / loose
        online / offline
        ancient / modern
        honest / dishonest
        legal / illegal
        regular / irregular
        active / passive inactive
        major / minor
        senior / junior
        single / multiple
        interesting / boring
        famous / unknown
        busy / quiet
        loud / quiet
        wet / dry
        raw / cooked
        asleep / awake
        guilty / innocent
        healthy / sick ill unhealthy
        smooth / rough
    """),
    negative_prefixes=("un", "in", "im", "ir", "il", "dis", "non", "mis"),
    contractions={
        "cannot": ("can", "not"), "can't": ("can", "not"), "cant": ("can", "not"), "won't": ("will", "not"),
        "shan't": ("shall", "not"), "ain't": ("is", "not"), "dont": ("do", "not"), "didnt": ("did", "not"),
        "doesnt": ("does", "not"), "isnt": ("is", "not"), "wasnt": ("was", "not"), "wouldnt": ("would", "not"),
        "couldnt": ("could", "not"), "havent": ("have", "not"), "let's": ("let", "us"), "gonna": ("going", "to"),
        "wanna": ("want", "to"), "gotta": ("got", "to"), "hafta": ("have", "to"), "kinda": ("kind", "of"),
        "sorta": ("sort", "of"), "lotta": ("lot", "of"), "outta": ("out", "of"), "dunno": ("do", "not", "know"),
        "lemme": ("let", "me"), "gimme": ("give", "me"), "coulda": ("could", "have"), "woulda": ("would", "have"),
        "shoulda": ("should", "have"), "y'all": ("you", "all"), "c'mon": ("come", "on"), "cuz": ("because",),
        "coz": ("because",), "cos": ("because",), "'cause": ("because",), "tryna": ("trying", "to"),
        "ok": ("okay",), "til": ("until",), "till": ("until",), "alright": ("all", "right"), "ya": ("you",),
        "i'ma": ("i", "am", "going", "to"), "imma": ("i", "am", "going", "to"), "whatcha": ("what", "are", "you"),
        "ima": ("i", "am", "going", "to"), "dollars": ("dollars",), "'em": ("them",), "yep": ("yep",),
        "ma'am": ("madam",), "o'clock": ("oclock",), "mm-hmm": ("mm", "hmm"), "pct": ("percent",), "y'know": ("you", "know"), "etc": ("et", "cetera"), "bout": ("about",), "s'pose": ("suppose",), "d'you": ("do", "you"), "whaddya": ("what", "do", "you"),
    },
    suffixes=(
        ("n't", ("not",)), ("'re", ("are",)), ("'ll", ("will",)), ("'ve", ("have",)), ("'m", ("am",)), ("'d", ("'d",)),
        ("'s", ("'s",)), ("in'", ("ing",)),
    ),
    same=groups("""
        's / is has
        'd / would had did
        em / them
        cause / because
        until / till
        mister mr / mr mister
        doctor dr / dr doctor
        missus mrs / mrs missus
        saint st / st saint
        versus vs / vs versus
        okay / ok
        vee / v
        while / whilst
        among / amongst
        toward / towards
        afterward / afterwards
        laying / lying
        got / gotten
        math / maths
        then / than
        grey / gray
        cheque / check
        tyre / tire
        tyres / tires
        kerb / curb
        plough / plow
        sceptical / skeptical
        learnt / learned
        learned / learnt
        spelt / spelled
        burnt / burned
        dreamt / dreamed
        artefact / artifact
        ageing / aging
        judgement / judgment
        moustache / mustache
        pyjamas / pajamas
        mom / mum
        airplane / aeroplane
        aluminium / aluminum
        draught / draft
        mould / mold
        moulds / molds
        mouldy / moldy
        smoulder / smolder
        manoeuvre / maneuver
        yoghurt / yogurt
        mhm / mm
        yeah / yea
        whoa / woah
    """),
    homophones=homophones.ENGLISH,
    is_spelt_by_sound=True,
    subjects=words("i you he she it we they there this that these those his her my our their who what when where why how"),
    determiners=words("his her their its my your our that this these those"),
    first_person=words("i me my mine myself"),
    second_person=words("you your yours yourself"),
    backchannels=words("yes yeah yea yep yup ya right ok okay sure great i see oh wow no nope exactly really good interesting true absolutely totally of course thanks thank you nice cool fine got it makes sense fair enough well so and definitely certainly indeed all alright gotcha ha haha lovely brilliant amazing nice that 's that is it do does did you uh huh know"),
    set_off_fillers=words("em"),
    doubtful_fillers=words("er mm mmm ah eh"),
    relatives=words("who that what which those whoever whatever whom"),
    link="and",
    loose_markers=phrases("you know"),
    openers=words("and so well now okay"),
    antecedents=words(
        "people person persons guys folks men women friends customers ones stuff thing things place places everyone way"
    ),
    light_openers=words("so"),
    emphatics=words("very too so just must will can do does did now here there that this too also would should could"),
    verbs=words("like look see"),
    joined=phrases(
        "any one, every one, some one, no one, any more, in to, on to, can not, per cent, all ready, my self, him self, "
        "her self, it self, your self, our selves, them selves, one self"
    ),
    particles=words("on off over out up down under by after per"),
    telling_prefixes=words("re in im un dis"),
    participles=words(
        "been had done gone made said seen known taken given got gotten come become found left lost told thought kept "
        "brought bought built felt heard held led met paid sent sold stood taught understood won written spoken broken "
        "chosen driven eaten fallen forgotten grown risen shown stolen thrown worn begun drunk sung swum better meant spent "
        "caught fought dealt slept swept laid raised hidden ridden bitten frozen drawn flown blown sat dug hung stuck"
    ),
    doubts=words("perhaps maybe possibly allegedly supposedly"),
    currencies={
        "$": "$", "dollar": "$", "dollars": "$", "€": "€", "euro": "€", "euros": "€", "£": "£", "pound": "£",
        "pounds": "£", "¥": "¥", "yen": "¥", "₹": "₹", "rupee": "₹", "rupees": "₹", "¢": "¢", "cent": "¢", "cents": "¢",
    },
    things=dict.fromkeys(
        ("pound", "pounds"),
        Thing(
            money=words(
                "money cash cost costs costing price prices priced pay pays paid paying payment payments spend spends spent "
                "spending buy buys bought sell sells sold selling charge charges charged fee fees salary salaries wage wages "
                "rent rents loan loans debt debts owe owes owed bank budget budgets fund funds funded funding grant grants "
                "tax taxes invest invested investment profit profits income revenue revenues turnover fine fined bill bills "
                "worth cheap cheaper expensive afford earn earns earned earning sterling pence penny pennies quid bucks "
                "million billion dollar dollars euro euros $ € purchase purchased tender bid savings saved pension pensions"
            ),
            price=words("for"),
            other=words(
                "weigh weighs weighed weighing weight weights overweight heavy heavier kilo kilos kilogram kilograms kg "
                "gram grams ounce ounces stone ton tons tonne tonnes lose loses losing lost gain gained gaining lb lbs "
                "diet fat muscle scales flour potatoes meat beef fish ammunition pressure inch force"
            ),
            behind=words("of"),
        ),
    ),
    question_starts=words(
        "what who whom whose which when where why how is are am was were do does did can could will would shall should "
        "have has had may might must"
    ),
)  # fmt: skip
