"""English words by what they do in a question: closed lists, and which endings make the same word."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DETERMINERS = _words("""a an her his its my our that the their these this those your""")
"""They stand before a noun."""

BE = _words(
    """am are aren't be been being how's is isn't it's was wasn't were weren't what's when's where's
    who's"""
)
"""Forms of "to be"."""

DOING = _words("""can could did do does may might must shall should will would""")
"""Auxiliaries that a verb in its plain form belongs to."""

AUXILIARIES = BE | DOING | _words("""can't didn't doesn't don't had has have won't""")
"""All auxiliaries."""

ASKING = _words("""how how's what what's whats when when's where where's which who who's whom whose why""")
"""They ask."""

SUBJECTS = _words("""he i it she they we who you""")
"""Pronouns that a verb follows."""

PRONOUNS = SUBJECTS | _words(
    """anyone anything everyone everything he's here hers herself him himself his i'm i've it's its
    itself me my nothing one ones our she's someone something that that's their theirs them
    themselves there there's these they're this those us we're who'd you're your"""
)
"""They stand for a noun."""

PREPOSITIONS = _words(
    """about above across after against along among around as at because before behind below beneath
    beside besides between beyond by despite down during for from in inside into like near off on
    onto out outside over past per since than through throughout till to toward towards under until
    up upon versus via vs with within without"""
)
"""They stand before a noun phrase; "of", which joins two, is none here."""

JOINING = _words("""although and but if nor or so then though unless whether while yet""")
"""They join clauses."""

ADVERBS = _words(
    """actually again ago all also always another any away back both commonly currently each else even
    ever every exactly few generally instead just later least less many more most mostly much never
    no not now often ok okay only originally other please really several so-called some still such
    thanks today together too typically usually very well yourself"""
)
"""Quantifiers and adverbs, which belong to no noun phrase."""

FUNCTION = DETERMINERS | AUXILIARIES | ASKING | PRONOUNS | PREPOSITIONS | JOINING | ADVERBS | {"of"}
"""Words that connect or ask, and so end a noun phrase."""

VERBS = _words(
    """accept accepts add added affect affected allow allowed answer appear apply arrive arrived ask
    asked attend attended avoid became become began begin begins believe believed bought bring
    brought build built buy call called came cancel cancelled cause caused causes change changed
    changes choose chose chosen close come comes compare compared consider considered contain
    contains contribute control controlled cook copy cost costs cover create created creates cure
    cured damage deal decide decided define delete deleted describe described develop developed die
    died differ difference differs disappear discover discovered do does done drive eat eaten eats
    elect elected enabled end ended escape evolve evolved exist existed exists explain export fail
    failed fails feel fell fight find fix focus follow form formed found gain gave get gets getting
    give given gives go goes going gone got grew grow grown happen happened happening happens held
    help helped helps hold identify impact impacted import improve improves include included
    includes increase influence influenced install installed introduced invent invented invite
    invited involve involved join joined keep kept kill killed knew know known last lasted lasts
    lead leads learn learned leave leaves led left let like live lived lives look looked lose lost
    made make makes making manage married marry mean means meant meet met move moved need needed
    needs occur occurred offer open opened originate originated own owns passed pay pays perform
    play played prepare prevent produce produced promise promised protect provide provided publish
    published put reached read received recycled reduce refer refuse refused relate related released
    remain remembered remove replace report require required resign resigned result resulted return
    returned rise rule run runs said sang save saw say says see seen sell send sent separate serve
    served set share show showed shown sign signed sing sleep sold solve speak spoke spread stand
    start started starting starts stay stop stopped succeed sue sued suffer suffering support
    survive survived take taken takes taking talk talking taste teach tell think thought told took
    train travel travelled treat treated try trying turn understand use used using visit vote voted
    want wanted was wear weigh went win wins won work worked working works worn write written wrote"""
)
"""Verbs that questions are asked with, in the forms that do not end in -ing or -ed by rule."""

ADJECTIVES = _words(
    """available bad best better big bigger cheap common dangerous different difficult early easier
    easy effective expensive famous far first free good hard harder harmful high illegal important
    large larger legal long low old poisonous poor popular real rich safe same similar small special
    successful toxic true unique worse worth"""
)
"""Adjectives that say something of a subject, as in "Is it important?"."""

PICKING = _words(
    """any best common different famous good important interesting key main major notable other popular
    possible similar some typical"""
)
"""Adjectives that pick some of what was spoken of, as in "What are typical dishes?"."""

PARTS = _words(
    """advantage advantages age aim aims alternative alternatives answer argument arguments aspect
    aspects author authors background basics beginning benefit benefits capital cause causes
    challenge challenges character characteristic characteristics characters component components
    conclusion cons consequence consequences contribution contributions controversy cost creation
    cure danger dangers date definition depth details development diagnosis difference differences
    disadvantage disadvantages drawback drawbacks effect effects ending evidence evolution example
    examples fact factor factors facts feature features finding findings function functions future
    goal goals growth height history idea impact implication implications importance influence
    ingredient ingredients invention issue issues kind kinds lack layer layers leader leaders length
    limitation limitations lot main meaning member members method methods model models name
    objective objectives origin origins outcome outcomes overview part parts people place places
    plot point points population predecessor predecessors price prices principle principles problem
    problems process prognosis properties pros purpose quality reason reasons relationship result
    results rise risk risks role roots rule rules sign significance signs similarities similarity
    size source sources stage stages state statistics status step steps story structure style styles
    success successor successors symptom symptoms term theme themes thing things time treatment
    treatments type types use uses value variant variants variety version versions way ways weight
    width"""
)
"""Nouns that name a part, a kind or a property of something, and lack it: "the symptoms"."""

THINGS = _words(
    """date dates leader leaders member members people place places price prices principle principles rule
    rules"""
)
"""Those of them that are also spoken of by themselves: "What are the rules?"."""

PERSONS = _words(
    """actor assistant author baker boss boy brother captain carpenter chairman chairperson chairwoman
    champion chancellor chef child citizen clerk coach colleague customer daughter dean delegate deputy
    director doctor emperor employee engineer farmer father founder friend gardener girl governor guest
    husband inspector inventor judge king landlord lawyer leader manager mayor member minister
    mother neighbour nurse officer owner painter partner person plumber poet politician pope
    president priest prince princess principal professor queen resident secretary senator singer sister
    soldier son spokesperson student supervisor surgeon teacher tenant treasurer tutor visitor volunteer
    waiter widow wife winner worker writer"""
)
"""Nouns for persons, for whom nobody says "it"; so are those that end in -ian, -ist, -man and -woman."""

GENERAL = _words(
    """animal attack book campaign case city committee company condition conflict country crisis device
    disease disorder document drug event experiment film funds game group illness incident island
    law machine medicine method movement movie museum network novel operation organisation
    organization place plant project region scandal series show species story studies study surgery
    system team test tests town treaty vaccine village war"""
)
"""Nouns that stand for something named before: "the disease", "the city"."""

ENGLISH = _words(
    """about and any anything are could describe did does how it it's its she should something tell
    that the their them there these they this those were what what's when where which who whom whose
    why would"""
)
"""Words that few other languages write: without one of them, a question is taken to be in another."""


def stem(word: str) -> str:
    """A word in small letters without the ending of a plural or a possessive."""
    word = word.lower().replace("’", "'").removesuffix("'s")
    if len(word) > 3 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
