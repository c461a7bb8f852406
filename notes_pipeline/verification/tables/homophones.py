"""Words that sound alike and are spelt apart: a recogniser, or who listens, writes either.

Source: written by hand for this project. Reason: a recording says no more than the sound, so such a word in a quote is
a spelling of the same speech. Left out on purpose, because who reads the quote would read another statement: whatever
negates or counts ("no" and "know", "for" and "four"), pronouns ("him", "hymn"), tenses ("lead", "led"), opposites
("raise", "raze") and what only sounds nearly alike ("casual", "causal"; "accept", "except").
"""

from notes_pipeline.verification.tables.language import groups

ENGLISH = groups("""
    their / there
    to / too
    of / off
    here / hear
    by / buy bye
    weather / whether
    witch / which
    where / wear ware
    new / knew
    through / threw
    whole / hole
    week / weak
    affect / effect
    affects / effects
    principal / principle
    principals / principles
    role / roll
    roles / rolls
    basis / bases
    course / coarse
    site / cite sight
    sites / cites sights
    peak / peek pique
    piece / peace
    pieces / peaces
    patients / patience
    presence / presents
    residents / residence
    assistance / assistants
    attendance / attendants
    complement / compliment
    complements / compliments
    complementary / complimentary
    council / counsel
    councillor / counsellor counselor
    capital / capitol
    discreet / discrete
    stationary / stationery
    past / passed
    lose / loose
    loses / looses
    losing / loosing
    brake / break
    brakes / breaks
    bare / bear
    board / bored
    aloud / allowed
    ensure / insure
    aisle / isle
    heel / heal
    sale / sail
    sales / sails
    sell / cell
    sells / cells
    sent / cent scent
    scene / seen
    fair / fare
    stair / stare
    steal / steel
    straight / strait
    soul / sole
    source / sauce
    sources / sauces
    root / route
    roots / routes
    waste / waist
    wait / weight
    waits / weights
    way / weigh
    ways / weighs
    plain / plane
    plains / planes
    main / mane
    mail / male
    meat / meet
    made / maid
    pair / pear
    pairs / pears
    poll / pole
    polls / poles
    pore / pour
    pray / prey
    profit / prophet
    profits / prophets
    rain / reign rein
    right / write
    rights / writes
    ring / wring
    road / rode
    serial / cereal
    shear / sheer
    son / sun
    sons / suns
    story / storey
    stake / steak
    stakes / steaks
    suite / sweet
    tail / tale
    team / teem
    throne / thrown
    tide / tied
    vain / vein
    minor / miner
    minors / miners
    naval / navel
    flour / flower
    hall / haul
    higher / hire
    idle / idol
    key / quay
    lesson / lessen
    loan / lone
    manner / manor
    medal / meddle
    muscle / mussel
    muscles / mussels
    pedal / peddle
    guessed / guest
    heard / herd
    knight / night
    sea / see
    dear / deer
    die / dye
    dual / duel
    base / bass
    beach / beech
    bean / been
    blew / blue
    cash / cache
    chord / cord
    creak / creek
    currant / current
    foreword / forward
    gate / gait
    grate / great
    hair / hare
    packed / pact
    taught / taut
    warn / worn
    yoke / yolk
""")

GERMAN = groups("""
    das / dass daß
    seid / seit
    wider / wieder
    statt / stadt
    tod / tot
    lied / lid
    seite / saite
    malen / mahlen
    lehre / leere
    lehren / leeren
    wart / ward
    waise / weise
    wahr / war
    wende / wände
    rad / rat
""")
