"""Persons of whom a caption has a part of the body alone: "her feet dangle", "someone's bare feet", "a thumb"."""

from collections.abc import Iterator

from caption_parser.labels.decisions import DecisionTable
from caption_parser.labels.kin import labels_below
from caption_parser.labels.reading import CaptionReading, ObjectReading
from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.taxonomy import Below
from caption_parser.syntax.names.name_words import NameWords
from caption_parser.syntax.tree import NOMINAL_TAGS, NOUN_TAGS, Tree
from caption_parser.syntax.words.depiction_words import SELF_LIKENESSES, DepictionWords
from caption_parser.syntax.words.word_lists import SENTENCE_ENDS, SOMEBODY

_PARTS = frozenset(
    """
    ankle ankles arm arms cheek cheeks chin elbow elbows eyebrows face feet finger fingers fingertips fist fists
    foot forearm forehead hair hand hands knee knees lap leg legs lips palm palms shoulder shoulders shin shins
    thigh thighs thumb thumbs toe toes wrist wrists
    """.split()
)
"""What shows whose it is; what animals alone have (paws, tails) is none of a person with a name."""
_OF_NO_PLACE = frozenset("elbows feet fingers fingertips hands knees legs lips thighs thumbs toes wrists".split())
_OWNERS = frozenset({"her", "his"})
_MINE = _OF_NO_PLACE | {"arm", "hand", "lap"}
"""What one shows of oneself; of one's hair and face, people speak more often than they show them."""
_LIFELESS = SELF_LIKENESSES | frozenset(
    """
    automaton clock figurine figurines goddess liberty octopus plush robot robots skeleton skull stuffed teddy
    watch
    """.split()
)
_FIGURES = frozenset({"figure", "figures"})
"""Nobody either, but where somebody has one: "her enviable figure"."""
_ENDS = SENTENCE_ENDS | {";", ":"}
_LEFT_BEHIND = frozenset({"hair"})
"""What somebody loses: in a drain there is nobody."""
_HUMAN = frozenset({"human", "humans"})
_FINGERS = frozenset({"finger", "fingers", "thumb", "thumbs"})
"""What persons alone have."""
_FEET = frozenset({"feet", "foot", "toes"})
_LIMBS = frozenset({"arm", "arms", "leg", "legs"})
_OF_SPORTS = frozenset(
    "racket racquet skateboard skateboards skates ski skis snowboard snowboards surfboard surfboards".split()
)
"""Beside these, limbs are none of furniture, where none is named."""
_SHOD = _OF_SPORTS | frozenset(
    """
    boot boots heels sandal sandals shoe shoes skate skating slipper slippers sneaker sneakers sock socks toenail
    toenails
    """.split()
)
"""Beside these, feet are neither those of furniture nor a measure."""
_POSTURES = frozenset(
    "crossed dangle dangling hanging poking propped resting standing stepping sticking tucked walking".split()
)
"""Right behind "feet", what they do."""
_LEGGED = frozenset("bench cabinet chair couch counter desk lamp rack sofa stand stool table tripod".split())
_WHOSE = frozenset({"bare", "female", "male"})
_GLOVES = frozenset({"glove", "gloves", "mitten", "mittens", "mitts"})
_SAYINGS = frozenset({"crossed", "down", "up"})
"""Behind fingers and thumbs that nobody needs to show."""
_MEASURING = frozenset("- apart away deep high long tall thick wide".split())
_MEASURED = frozenset({"above", "below", "from", "off"})
"""Right behind feet that are a measure: "five feet from the door", "ten feet tall"."""
_SPOKEN_OF = frozenset({"as", "at", "for", "into", "like", "to"})
"""Before feet that nobody shows: "shoes for wide feet", "at the feet of a giant"."""


class OwnersOfParts(NameWords):
    """Finds the parts of bodies that are said to be somebody's, where no animal is named whose they may be."""

    def __init__(self, decisions: DecisionTable, lexicon: Lexicon) -> None:
        super().__init__(lexicon)
        self._animals = Below(lexicon, "animal.n.01")
        self._labels = labels_below(decisions, self._animals)
        self._lifeless = DepictionWords.of(lexicon).likenesses | _LIFELESS

    def __call__(self, caption: CaptionReading) -> Iterator[int]:
        tree = caption.tree
        if _PARTS.isdisjoint(tree.words):
            return
        alone = (
            self._lifeless.isdisjoint(tree.words)
            and not any(word in _FIGURES and not tree.has_child(at, "poss") for at, word in enumerate(tree.words))
            and not any(self._is_of_an_animal(found) for found in caption.objects)
        )
        for found in caption.objects:
            part = found.candidate.token
            if (
                tree.words[part] in _PARTS
                and not found.candidate.flags
                and tree.words[part : part + 2] != ["face", "on"]
                and not any(tree.words[child] == "of" for child in tree.children_by(part, "prep"))
                and (_is_human(tree, part) or (alone and self._tells_of_somebody(tree, part)))
            ):
                yield part

    def _tells_of_somebody(self, tree: Tree, part: int) -> bool:
        owned = any(self._is_somebody(tree, owner, part) for owner in tree.children_by(part, "poss"))
        return owned or _is_shown(tree, part)

    def _is_of_an_animal(self, found: ObjectReading) -> bool:
        return found.synset in self._animals or (
            found.decision is not None and found.decision.label in self._labels
        )

    def _is_somebody(self, tree: Tree, owner: int, part: int) -> bool:
        """Whether it is a pronoun of a person or a name.

        A town or a mountain has neither feet nor fingers: whoever is called as one and has them is a person.
        """
        word = tree.words[owner]
        if word in SOMEBODY:
            return tree.words[part] not in _LEFT_BEHIND
        if word in _OWNERS:
            return not self._begins_with_any_name(tree, owner)
        if word == "my":
            return tree.words[part] in _MINE
        return (
            tree.is_noun(owner)
            and tree.has_capital(owner)
            and (self.begins_a_name(word) or (tree.words[part] in _OF_NO_PLACE and self.is_uncommon(word)))
        )

    def _begins_with_any_name(self, tree: Tree, owner: int) -> bool:
        """Whether the sentence is about a name that dolls, dogs and gods have as well: "Elmo with his arms up"."""
        ends = [token for token in range(owner) if tree.words[token] in _ENDS]
        first = ends[-1] + 1 if ends else 0
        last = first
        while last < owner and tree.has_capital(last) and tree.tags[last] in NOMINAL_TAGS:
            last += 1
        name = tree.words[first:last]
        if len(name) > 1:
            return self.begins_a_name(name[0]) and not self._may_be_a_name(name[-1])
        return name != [] and self.is_uncommon(name[0])


def _is_human(tree: Tree, part: int) -> bool:
    """Whether it is said to be no animal's: "a human foot", "bites someone's finger"; wigs are of human hair."""
    return tree.words[part] not in _LEFT_BEHIND and any(
        tree.words[child] in _HUMAN or (tree.deps[child] == "poss" and tree.words[child] in SOMEBODY)
        for child in tree.children_by(part, "amod", "compound", "nmod", "poss")
    )


def _is_shown(tree: Tree, part: int) -> bool:
    """Whether a part that is nobody's tells that somebody is there: "a thumb on the lens", "bare feet"."""
    word = tree.words[part]
    if tree.deps[part] == "pobj" and tree.words[tree.heads[part]] in _SPOKEN_OF:
        return False
    behind, after = tree.tag(part + 1), tree.word(part + 1)
    is_of_another = (
        behind in NOUN_TAGS  # "finger holes"
        or behind == "POS"
        or (behind == "VBZ" and tree.heads[part] != part + 1)
        or tree.tag(part - 1) in NOUN_TAGS  # "sponge fingers"
    )
    if is_of_another or tree.has_child(part, "poss") or tree.has_child(part, "compound"):
        return False
    if any(tree.words[child] in _WHOSE for child in tree.children_by(part, "amod")):
        return True
    if word in _FINGERS:
        return _GLOVES.isdisjoint(tree.words) and after not in _SAYINGS
    if word in _FEET:
        is_measure = after in _MEASURING or (after in _MEASURED and tree.has_child(part, "nummod"))
        return not is_measure and (after in _POSTURES or not _SHOD.isdisjoint(tree.words))
    if word not in _LIMBS or not _LEGGED.isdisjoint(tree.words) or tree.words[tree.heads[part]] == "with":
        return False
    return not _OF_SPORTS.isdisjoint(tree.words)
