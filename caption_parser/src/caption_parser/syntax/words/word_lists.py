"""Closed word classes that the rules need: small, general, reviewed by hand."""

from caption_parser.lexicon.plurals import plural_forms


def in_both_numbers(nouns: str) -> frozenset[str]:
    """Nouns in the singular, between spaces, and their plurals."""
    singular = nouns.split()
    return frozenset(singular).union(*map(plural_forms, singular))


PHRASAL_PREPOSITIONS = frozenset(
    {
        "in addition to",
        "in front of",
        "in reference to",
        "in regard to",
        "in spite of",
        "on account of",
        "on side of",
        "on the side of",
        "on top of",
        "with regard to",
    }
)
"""Preposition, noun, preposition that mean one preposition; paper mode drops the noun. The scene-graph
parser that the paper modifies knows these ten."""

RELATIONAL_NOUNS = frozenset(
    """
    back background base beginning bottom center centre corner direction distance edge end exterior foreground
    front height inside interior left length level middle midst outside part perimeter place portion position
    process rear right section side sides spot start surroundings tip top underside vicinity way width
    """.split()
)
"""Nouns that say where or how far, not what."""

QUANTITY_NOUNS = in_both_numbers(
    """
    amount array assortment batch bit bunch cluster collection dozen flock group handful heap herd kind line
    lot mass mix mixture multitude number pack pair piece pile quantity range row selection set slice sort stack
    string swarm ton trio type variety
    """
) | frozenset("abundance couple crowd half hundreds majority plenty plethora series thousands".split())
"""Nouns that, followed by "of" and a noun, count or gather what that noun names."""

GATHERINGS = in_both_numbers("crowd flock herd pack swarm")
"""Quantity nouns that gather several of what a noun names, whose plural may look like the singular."""

PLURAL_ONLY = frozenset(
    """
    binoculars broccoli clothes glasses goggles headphones jeans leggings overalls pajamas pants pliers scissors
    shears shorts sunglasses tights tongs trousers trunks tweezers
    """.split()
)
"""Plurals that may mean one thing, and what is taken for one."""

NUMBERS = {
    word: value
    for value, words in enumerate(
        "one|two pair couple both|three trio|four|five|six|seven|eight|nine|ten|eleven|twelve dozen|thirteen|"
        "fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty".split("|"),
        start=1,
    )
    for word in words.split()
}
"""Words that state a number of instances."""

SINGULAR = frozenset({"a", "an", "another", "one"})
"""Words before a noun in the singular, which is one thing."""

ONE_OR_EACH = SINGULAR | {"each", "every"}
"""The same, or each of several."""

SEVERAL_OF = frozenset("bunch couple dozen few group hundred lot number pair row series set thousand".split())
"""Words that may stand between an article in the singular and a plural: "a few cars"."""

POINTING = frozenset({"that", "the", "these", "this", "those"})
"""Determiners of what is known or seen."""

THEIR_POSSESSIVES = frozenset({"her", "his", "its", "their"})
OUR_POSSESSIVES = frozenset({"my", "our", "your"})

DEFINITE = POINTING | THEIR_POSSESSIVES | OUR_POSSESSIVES
"""Before a noun they say which one is meant."""

MENTIONED = DEFINITE - OUR_POSSESSIVES | {"both"}
"""Before a noun they say that it was named before."""

NOT = frozenset({"not", "n't"})

SOMEBODY = frozenset({"somebody", "someone"})

LIVING = frozenset({"noun.animal", "noun.person"})
"""WordNet's files of what lives and moves."""

SENTENCE_ENDS = frozenset({".", "!", "?"})

QUOTES = frozenset({'"', "``", "\u201c", "\u201d", "''", "'", "\u2018", "\u2019"})

HYPHENS = frozenset({"-", "\u2010", "\u2011"})

DASHES = frozenset({"-", "\u2013", "\u2014"})

WITH_ANIMALS = frozenset("aquarium barn fair farm ranch rodeo safari sanctuary stable stables zoo".split())
"""Places where animals are to be seen."""

QUANTIFYING_ADJECTIVES = frozenset(
    """
    additional certain different entire few fewer first last less many more most multiple next numerous only other
    own same second several single such third various whole
    """.split()
)
"""Adjectives that say how many or which, not how something looks."""

THEMSELVES = frozenset({"herself", "himself", "itself", "themselves"})

MATERIAL_VERBS = frozenset({"made", "built", "constructed", "crafted", "carved", "formed"})
"""Participles whose "of", "from" or "out of" names a material."""

PAINTING_VERBS = frozenset({"painted", "colored", "coloured", "dyed"})
"""Participles whose object is a colour of their subject."""

SAID_OF_GROUPS = in_both_numbers("age ancestry descent ethnicity faith heritage origin")
"""What groups of people are of without being made of it: "a couple of African descent"."""
