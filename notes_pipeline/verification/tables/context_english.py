# ruff: noqa: E501 - a line of a table is one entry; broken entries are harder to check
"""English edges.

Source: written by hand for this project. The groups are those that grammars treat under negative raising, negative
quantifiers, non-factive and implicative verbs, and hedges; no list was taken from any of them.
"""

import re

from notes_pipeline.verification.tables.context_edges import Edges, after, before, opening
from notes_pipeline.verification.tables.language import words

_ADVERBS = (
    "(?:(?:really|actually|honestly|necessarily|even|quite|just|simply|personally|ever|always|seriously|still) )*"
)
_NOT = f"(?:do|does|did|would|could|can|will|should) not {_ADVERBS}"
_WHO = "i|we|you|he|she|they|people|everyone|everybody|some"
_THAT = "(?: that)?"
_SOMEONE = "you|us|me|him|her|them|people|everyone|everybody|the \\w+"
_LINKS = "and|but|so|or|then|well|because"

ENGLISH = Edges(
    denials=before(
        """
        <not>(?:think|believe|say|feel|expect|suppose|imagine|reckon)<that>
        <not>(?:mean|see|agree|know|accept|claim|understand|promise|find|prove|show|confirm|demonstrate|establish|conclude|guarantee|indicate|suggest|verify|hear|notice|realize|realise|assume) that
        never <adverbs>(?:found|proved|proven|shown|showed|confirmed|established|concluded|heard|noticed) that
        <not>(?:know|remember|see) (?:if|whether)
        <not>feel like
        <not>want(?: (?:you|him|her|them|people|anyone|us|me))? to
        (?:nobody|no one|none of (?:us|them)|hardly anyone|few people) <adverbs>(?:believes?|thinks?|says?|said|thought|believed|claims?|claimed)<that>
        never <adverbs>(?:said|say|thought|claimed|meant|believed|promised|agreed|told (?:me|us|him|her|them|you|anyone|anybody))<that>
        not <adverbs>(?:saying|claiming|suggesting|arguing|convinced|sure|certain|pretending|believing|thinking)<that>
        not <adverbs>(?:sure|certain|clear) (?:if|whether|that)
        not <adverbs>(?:true|right|correct|possible|the case|fair to say|to say|to think|so much) that
        not (?:because|that|like|as if|as though)
        (?:myth|lie|rumor|rumour|misconception|illusion|nonsense|fiction|(?:wrong|mistake|unfair|exaggeration) to (?:say|think|believe)) that
        (?:wrong|mistake|unfair|exaggeration|misleading|untrue) to (?:say|think|believe|claim|suggest|assume)
        (?:nobody|no one)(?: (?!(?:but|and|so|because|i|we) )\\w+){1,5} (?:says?|said|believes?|thinks?|claims?)<that>
        anything but
        (?:i|we|he|she|they|you|people|would|to) (?:(?:really|highly|seriously|very much|strongly) )?doubt(?:s|ed)?(?: that| whether| if)?
        doubt (?:whether|if)
        (?:deny|denies|denied|denying|disprove[sd]?|refute[sd]?)<that>
        \\| (?:(?:and|but|so|or|just|now) )*(?:imagine|pretend)(?: that| if)?
        (?:<who>)(?: really| just| only)? wish(?:es|ed)?<that>
        as (?:if|though)
        refuse[sd]? to believe<that>
        pretend(?:s|ed|ing)? (?:that|to)
        (?:fail|fails|failed|failing|refuse|refuses|refused|refusing|unable|forgot|neglected|declined|too \\w+) to
        (?<! am )(?<! is )(?<! 's )(?<! are )(?<! was )(?<! were )(?<! get )(?<! got )(?<! be )(?<! been )(?<! gets )(?<! getting )used to
        no (?:evidence|proof|sign|indication|guarantee|chance|question of|reason to (?:think|believe))(?: that)?
        nothing <adverbs>(?:suggests|shows|proves|says|said|indicates) that
        (?:not|never|hardly|barely|scarcely) (?:really|actually|ever|even|quite|fully|truly|always)
        (?:none|neither) of
        no way
        """,
        **{"not": _NOT, "adverbs": _ADVERBS, "who": _WHO, "that": _THAT},
    ),
    doubts=before(
        """
        (?:<who>|who) <adverbs>(?:think|thinks|thought|believe|believes|believed|guess|guessed|suppose|assume|assumes|assumed|hope|hopes|hoped|feel|feels|felt|reckon|suspect|expect|expected|imagine|figure|understand|hear|heard|worry|fear)<that>
        (?:they say|people say|says|said|claims?|claimed|argues?|argued|suggests?|suggested|promised|thinks|believes|(?:told|tell|tells) (?:me|us|him|her|them|you)|(?:was|were|been) told)<that>
        (?:seems?|seemed|looks|looked|sounds)(?: like| as if| that)?
        (?:if|unless|whether|except|until|assuming|suppose|supposing|provided|in case|as long as|depending on)<that>
        (?:stopped|avoided|quit|far from|as soon as|only (?:when|after|once))
        (?:want|wants|wanted|ha[sd]|have|make|makes|made|making|led|leads?|force[sd]?|expect(?:s|ed)?|likes?|asked|asks?|urged?|tells?|told) (?:<someone>) (?:to )?(?:believe|think|say|claim|admit|swear|feel|accept|assume)<that>
        (?:afraid|scared|terrified|frightened|fearful|worried|(?:fear|dream)(?:s|ed)?|dreamt)<that>
        (?:convinced|confident|hopeful|adamant|certain|optimistic|possible|conceivable|likely|unlikely|believ(?:e|es|ed|ing)|think|thinking|thought|feel|hop(?:e|es|ed|ing)|assum(?:e|es|ed|ing)|suspect(?:s|ed)?|guess|insist(?:s|ed)?|alleg(?:e|es|ed|ing)|assert(?:s|ed)?|predict(?:s|ed)?|warn(?:s|ed)?|propos(?:e|es|ed)|recommend(?:s|ed)?|demand(?:s|ed)?|sw[eo](?:ar|ars|re)|report(?:s|ed)?|wr(?:ites?|ote)|hint(?:s|ed)?|impl(?:y|ies|ied)|bet) that
        (?:he|she|they|people|everyone|everybody) (?:is|are|was|were|keeps?|kept) (?:saying|claiming|suggesting|thinking|hoping|insisting|telling (?:<someone>))<that>
        (?:claims?|theory|hopes?|fears?|feeling|impression|belief|assumption|suspicion|rumou?rs?|possibility|risk|danger|allegations?|notion|dream|prediction|accusation)(?: is| was)? that
        last thing (?:i|we|you|he|she|they) (?:would|'d|do|could|will|did) (?:ever )?(?:say|believe|think|claim|expect) is<that>
        on paper|in (?:my|your|his|her|our|their|a) (?:dreams?|nightmares?|imagination|view)|in principle|in an ideal world|according to \\w+(?: \\w+)?
        (?:maybe|perhaps|probably|possibly|allegedly|supposedly|presumably|hopefully|apparently|arguably|theoretically|in theory|in my opinion|as far as i know)
        (?:roughly|about|around|approximately|up to|at least|at most|at best|less than|more than|fewer than|over|under|some|only|rarely|seldom|sometimes|occasionally|few|a few|a bit|a little|partly|mostly|kind of|sort of|somewhat|more or less|not all|not every)
        (?:might|may|could|supposed to|(?:try|tried|trying|tries|hope|hoped|hoping|meant|about|likely) to|instead of|rather than)
        """,
        adverbs=_ADVERBS,
        who=_WHO,
        that=_THAT,
        someone=_SOMEONE,
    ),
    denials_after=after(
        """
        (?:(?:which|that) )?(?:is|was|are|were) (?:(?:just|simply|really|actually) )?(?:not (?:true|right|correct|the case|so)|false|untrue|wrong|nonsense|(?:a|an) (?:myth|lie|rumor|rumour|illusion|exaggeration))
        (?:not|never)
        i do not (?:think|believe) \\.
        """
    ),
    doubts_after=after(
        """
        (?:(?:but|only|even|especially|and|at least) )*(?:if|unless|until|except|provided|assuming|in case|as long as|as soon as|depending on|only (?:when|after|once))
        as far as(?: \\w+){2,5} [.,]
        or (?:at least )?(?:<who>) (?:(?:was|were|am|are|is|have been|had been|have|had) )?(?:told|thought|think|thinks|believe[sd]?|assume[sd]?|say|says|said|hope[sd]?|heard|imagined?|guess(?:ed)?|figured?|claim(?:s|ed)?)
        (?:or so|or something|on paper|to my knowledge|more or less|give or take|at least|at most|at best|in theory)
        (?:i (?:think|guess|suppose|believe|hope|assume|suspect|imagine)|maybe|perhaps|probably|possibly|apparently|supposedly|allegedly|hopefully|kind of|sort of|in my opinion|as far as i know|(?:he|she|they) (?:said|says|say|claimed?|thinks?|thought|told me)) [.,]
        """,
        who=_WHO,
    ),
    nearly=words("almost nearly"),
    conditions=words("if unless assuming suppose supposing provided whether imagine"),
    inversions=words("had were should"),
    links=words("and but so or because then well now even only except i mean you know like that yeah yes no"),
    complementizers=words("that whether if"),
    indirect=words(
        "know knows knew ask asks asked see wonder wondering wondered sure check tell decide out remember matter care understand clear"
    ),
    interjections=words("no"),
    modals=words("might may could would should must only hardly rarely nor or"),
    hidden=after(
        "(?:(?:pretend|pretends|pretended|refuse|refuses|refused|fail|fails|failed|wish|wished|unable|used|supposed) to|(?:myth|lie|doubt|doubted|deny|denied|unless|imagine|pretend|supposedly|allegedly|rarely|seldom|only if))"
    ),
    adverb_endings=("ly",),
    either=words("or"),
    openings=opening("only (?:when|after|once|by|with|then)|as soon as", links=_LINKS),
    without=opening("without|but for", links=_LINKS),
    unreal=re.compile("^(?:would|could|might|'d)$"),
    shares=before("half|# (?:in|to|or|of|out of|in every|of every)|between # and"),
    ranges=after("(?:to|or) (?:#|more|less|fewer)"),
    coins=words("dollars euros pounds bucks quid foot feet"),
    nominal=words("the a an my your his her its our their this that these those"),
)
