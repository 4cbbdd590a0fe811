"""Nouns of who is spoken of but not shown: makers ("painted by children") and users ("shoes for men")."""

from collections.abc import Iterator, Sequence

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.remembering import remembered
from caption_parser.lexicon.taxonomy import Below
from caption_parser.syntax.clauses import NOUN_CLAUSES
from caption_parser.syntax.flags.triggers import nouns_told_by
from caption_parser.syntax.tree import VERB_TAGS, Tree
from caption_parser.syntax.words.word_lists import DEFINITE, LIVING, in_both_numbers

_MAKING = frozenset(
    """
    acquired animated architected authored baked based bequeathed bought built captured choreographed coined
    commissioned composed conceived constructed crafted created crocheted curated customised customized
    decorated dedicated designed developed directed donated drafted drawn edited embroidered engineered engraved
    etched fashioned filmed founded funded gifted handcrafted handmade illustrated influenced inspired invented
    knit knitted made manufactured narrated owned painted patented penned photographed
    pioneered planned produced provided published purchased recommended restored sculpted selected sewn shot
    signed sketched sponsored stitched styled tailored taken tattooed woven written
    """.split()
)
"""Participles whose agent did it at another time: "a chair designed by a woman"; who leads a horse is with it."""
_AT_THE_TIME = frozenset({"being", "getting"})
_OF_IMAGES = frozenset({"captured", "shot", "taken"})
_IMAGES = in_both_numbers(
    """
    clip gallery image photo photograph pic picture portrait result scene search selfie shot snapshot video view
    """
) | frozenset("footage photography".split())
_WORKS = in_both_numbers(
    """
    album artwork caricature cartoon collage collection concept design drawing engraving etching film fresco
    hairstyle illustration installation lithograph mosaic mural novel painting photo photograph poem portrait
    print recipe sculpture sketch song tattoo watercolor work
    """
) | frozenset("art choreography graffiti lyrics makeup photography".split())
"""What is "by" somebody is of his making."""
_AUTHORS = in_both_numbers(
    """
    architect artist author composer craftsman decorator designer director filmmaker illustrator painter
    photographer poet sculptor studio stylist tattooist writer
    """
)
_WHO_WRITE = ("scholar.n.01", "writer.n.01")
_AFTER_WHOM = frozenset({"named", "modeled", "modelled", "fashioned", "called"})
_SUITABLE = frozenset(
    """
    adapted advisable appropriate available best cheap clever cool crafted created cute designed easy essential
    excellent fit fun good great handmade ideal intended made meant nice perfect popular prepared recommended
    safe set simple sized suitable suited unique useful
    """.split()
)
_KNOWN = DEFINITE | {"all", "both", "each"}
_GROUPS = in_both_numbers("class couple crew crowd family household team") | frozenset(
    "audience people person".split()
)
_WHERE_ONE_IS = in_both_numbers(
    """
    audition camp ceremony class clinic competition concert contest course dance dinner event exercise festival
    game gathering hunt kiss lesson lunch marathon match meeting ovation parade party picnic podium queue race
    reception ride road search session show training wait workshop
    """
) | frozenset("club line yoga".split())
"""What is held for somebody is held with him there."""
_ACTS = frozenset({"noun.act", "noun.event"})
_GOODS = frozenset({"noun.artifact", "noun.cognition", "noun.communication", "noun.food", "noun.location"})
_NAMELESS = "person"
"""Stands for a name in Conceptual Captions, where it stands alone."""
_BEFORE_CREDITS = frozenset({"/", ",", "!", "?", ".", ":", "-"})
_DESCRIBING = frozenset({"in", "with", "behind", "near"})
_PLACING = _DESCRIBING | {"at", "beside", "by", "next", "on", "under"}
_BEHIND_THE_PICTURE = frozenset({"artist", "illustrator", "painter", "photographer"})
_BEFORE_THE_CAMERA = frozenset(
    """
    address approach eye face follow greet ignore inspect notice observe pass see spot watch
    """.split()
)
"""What those do in a picture to whoever takes it."""
_TOWARDS = frozenset("about at for from past to toward towards".split())
_DIRECTIONS = frozenset({"direction", "front"})
_TAKING = frozenset({"shooting", "taking", "took"})
_OF_WHO_TAKES_IT = frozenset({"is", "that", "was", "who"})
_IN_THE_PICTURE = frozenset({"mirror", "reflected", "reflection", "selfie", "shadow", "silhouette"})
"""In these, whoever takes a picture is in it."""
_OF_PICTURES = frozenset(
    """
    achieve add apply blend capture choose compose convey create depict emphasize employ evoke focus frame
    highlight incorporate manage opt portray render use
    """.split()
)
"""What they do to a picture, as descriptions of it tell: "the artist has used thick strokes"."""
_ADDRESSED = frozenset({"reader", "user", "viewer"})
_ADDRESSING = frozenset(
    """
    advising alerting alerts allowing allows asking asks enabling giving gives guiding informing informs inviting
    invites leading leads letting lets prompting prompts reminding reminds showing shows telling tells warning
    warns
    """.split()
)
"""What messages and pictures do to those who read them: "reminding the user of an appointment"."""
_TOLD_APART = frozenset({"amod", "conj", "det", "nummod", "poss"})
"""Relations to a noun of what says which one or how many it means."""
_NEAR = 5
"""Words before "by" among which is what somebody does."""
_TRIGGERS = (
    _BEHIND_THE_PICTURE
    | _ADDRESSED
    | _TAKING
    | {"camera", "by", "after", "for", "courtesy", "memory", "honor", "honour", "thanks"}
)


class ElsewhereFinder:
    """Finds the nouns of a parse that name who made a thing or whom it is for."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._writing = Below(lexicon, *_WHO_WRITE)

    def __call__(self, tree: Tree) -> set[int]:
        return nouns_told_by(tree, _TRIGGERS, self._named_by, _all_of)

    def _named_by(self, tree: Tree, token: int, word: str) -> Iterator[int]:
        if word == "by":
            yield from self._makers(tree, token)
        elif word == "after":
            if tree.word(token - 1) in _AFTER_WHOM:
                yield from tree.children_by(token, "pobj")
        elif word == "for":
            yield from self._users(tree, token)
        elif word == "thanks":
            if tree.word(token + 1) == "to" and _is_for_an_image(tree.words[token + 3 :]):
                yield from tree.children_by(token + 1, "pobj")  # "thanks to my aunt for the photo"
        elif word in _ADDRESSED:
            if tree.word(token - 1) == "the" and tree.word(token - 2) in _ADDRESSING:
                yield token
        elif word in _BEHIND_THE_PICTURE:
            if self._is_behind_the_picture(tree, token) or (
                word == "photographer" and self._is_faced(tree, token) and not _is_described(tree, token)
            ):
                yield token
        elif word in _TAKING:
            of_an_image = not _IMAGES.isdisjoint(tree.words[token + 2 : token + 4])
            if of_an_image and tree.word(token + 1) in ("the", "this"):
                yield from self._taker(tree, token)  # "looks at the person who is taking the photo"
        elif word == "camera":
            if tree.word(token - 2) == "behind" and tree.word(token - 1) == "the":
                yield from self._taker(tree, token - 2)  # "the man behind the camera"
        elif tree.word(token + 1) == "of" and (word == "courtesy" or tree.word(token - 1) == "in"):
            yield from (noun for noun in tree.children_by(token + 1, "pobj") if self._is_animate(tree, noun))

    def _is_behind_the_picture(self, tree: Tree, maker: int) -> bool:
        """Whether somebody who was not spoken of before does something to the picture."""
        if tree.word(maker - 1) != "the" or tree.words.index(tree.words[maker]) < maker:
            return False
        verb = tree.heads[maker]
        if tree.words[verb] == "has" and verb + 1 < len(tree):
            verb += 1  # "has applied thick layers", read as what there is of layers
        done = self._lexicon.base_forms(tree.words[verb], "v")
        return tree.deps[maker] == "nsubj" and not _OF_PICTURES.isdisjoint(done)

    def _taker(self, tree: Tree, told: int) -> Iterator[int]:
        taker = told - 1
        while taker > 0 and tree.words[taker] in _OF_WHO_TAKES_IT:
            taker -= 1
        if taker > 0 and tree.is_noun(taker) and self._is_faced(tree, taker):
            yield taker

    def _is_faced(self, tree: Tree, maker: int) -> bool:
        """Whether those in the picture look at "the" one who takes it, come to him or do something to him."""
        if (
            "the" not in [tree.words[child] for child in tree.children_by(maker, "det")]
            or tree.words.index(tree.words[maker]) < maker
            or not _IN_THE_PICTURE.isdisjoint(tree.words)
            or tree.word(maker + 1) == "'s"
        ):
            return False
        over = tree.heads[maker]
        if tree.deps[maker] == "pobj":
            of_a_direction = tree.words[over] == "of" and tree.words[tree.heads[over]] in _DIRECTIONS
            return of_a_direction or tree.words[over] in _TOWARDS
        done = self._lexicon.base_forms(tree.words[over], "v")
        return tree.deps[maker] == "dobj" and not _BEFORE_THE_CAMERA.isdisjoint(done)

    def _makers(self, tree: Tree, by: int) -> Iterator[int]:
        if not by:
            return
        before = tree.words[by - 1]
        if "self" in tree.words[max(0, by - 3) : by]:
            return  # "a self-portrait by the painter"
        made = before in _MAKING and tree.tags[by - 1] in ("VBN", "VBD", "JJ", "NN")
        if made:
            made = _AT_THE_TIME.isdisjoint(tree.words[max(0, by - 3) : by - 1]) and (
                before not in _OF_IMAGES or not _IMAGES.isdisjoint(tree.words[max(0, by - 8) : by - 1])
            )
        for noun in _agents(tree, by):
            if _is_described(tree, noun):
                continue
            author = tree.words[noun] in _AUTHORS and tree.is_noun(by - 1)
            work = before in _WORKS and self._is_animate(tree, noun)
            if before == "drawn" and self._category(tree.words[noun]) != "noun.person":
                continue  # "a carriage drawn by two horses"
            is_of_a_noun = tree.is_noun(by - 1) and not _is_done_by(tree, by)
            is_apart = before in _BEFORE_CREDITS or not _WORKS.isdisjoint(tree.words[: by - 1])
            may_be_a_credit = is_of_a_noun or before in _BEFORE_CREDITS
            if made or author or work or (may_be_a_credit and self._is_a_credit(tree, noun, is_apart)):
                yield noun

    def _is_a_credit(self, tree: Tree, noun: int, is_apart: bool) -> bool:
        """Whether a word for one person stands where a name stood: "the owl by person", "the castle by novelist".

        Behind a comma or a word for a work any such word does (`is_apart`): "oil painting of a mill by golfer".
        Who makes nothing is beside it, and so is who is somewhere: "a sofa by man", "a bike by person on bench".
        """
        stands_alone = not any(tree.deps[child] in _TOLD_APART for child in tree.children[noun])
        stands_alone = stands_alone and all(tree.words[at] == "of" for at in tree.children_by(noun, "prep"))
        word = tree.words[noun]
        is_maker = word == _NAMELESS or any(sense in self._writing for sense in self._lexicon.synsets(word)[:1])
        is_maker = is_maker or (is_apart and self._category(word) == "noun.person")
        return tree.tags[noun] == "NN" and stands_alone and is_maker

    def _users(self, tree: Tree, preposition: int) -> Iterator[int]:
        head = tree.heads[preposition]
        suitable = tree.words[head] in _SUITABLE and tree.tags[head] not in ("VB", "VBP", "VBZ", "VBD")
        is_noun = tree.is_noun(head) or (head == 0 and tree.words[0].endswith("s"))  # "Boots for men"
        if not (is_noun and head < preposition) and not suitable:
            return
        is_root = is_noun and tree.deps[head] == "ROOT" and self._category(tree.words[head]) in _GOODS
        if is_noun and not suitable:
            if tree.words[head] in _WHERE_ONE_IS | _IMAGES:
                return
            if self._category(tree.words[head]) in _ACTS and tree.words[head] not in _WORKS:
                return
            if self._category(tree.words[head]) in LIVING and tree.words[head] not in ("guide", "model"):
                return
        for noun in tree.children_by(preposition, "pobj"):
            if not self._is_animate(tree, noun) or _is_described(tree, noun):
                continue
            determiners = [tree.words[child] for child in tree.children_by(noun, "det", "poss", "nummod")]
            is_known = not _KNOWN.isdisjoint(determiners) and not (
                is_root and self._category(tree.words[noun]) == "noun.person" and not _is_placed(tree, noun)
            )
            if is_known or tree.has_child(noun, "nummod"):
                continue
            if determiners and tree.deps[head] == "dobj":
                continue  # "holds an umbrella for a woman"
            yield noun

    def _is_animate(self, tree: Tree, noun: int) -> bool:
        word = tree.words[noun]
        return tree.is_noun(noun) and (self._category(word) in LIVING or word in _GROUPS)

    @remembered
    def _category(self, word: str) -> str | None:
        for lemma in sorted(self._lexicon.base_forms(word), key=word.__eq__):  # "boots" and "men" are others
            for synset in self._lexicon.synsets(lemma):
                return self._lexicon.lexname(synset)
        return None


def _is_for_an_image(after: Sequence[str]) -> bool:
    return "for" in after and not _IMAGES.isdisjoint(after[after.index("for") :][:_NEAR])


def _is_placed(tree: Tree, noun: int) -> bool:
    """Whether a place follows: "toys for the baby in his crib", "food for the woman at the table"."""
    return tree.word(noun + 1) in _PLACING


def _agents(tree: Tree, by: int) -> Iterator[int]:
    """Whom a "by" names, also where what they do is taken for a verb: "by painting artist"."""
    yield from tree.children_by(by, "pobj")
    for verb in tree.children_by(by, "pcomp"):
        yield from (noun for noun in tree.children_by(verb, "dobj") if by + 2 == verb + 1 == noun)


def _is_done_by(tree: Tree, by: int) -> bool:
    """Whether "by" says who does something there: "a turkey carved at the table by a cook"."""
    near = range(max(0, by - _NEAR), by - 1)
    return tree.has_child(tree.heads[by], "auxpass") or any(
        tree.tags[token] == "VBN" and tree.words[token + 1] != "by" and tree.deps[token] != "amod"
        for token in near
    )


def _is_described(tree: Tree, noun: int) -> bool:
    """Whether a caption says where somebody is or what he does: then he is seen."""
    return any(
        (tree.deps[child] in NOUN_CLAUSES and tree.tags[child] in VERB_TAGS)
        or (tree.deps[child] == "prep" and tree.words[child] in _DESCRIBING)
        for member in tree.conjuncts(noun)
        for child in tree.children[member]
    )


def _all_of(tree: Tree, noun: int) -> Iterator[int]:
    """The noun, what is coordinated with it, and whom it is of: "the family of a soldier"."""
    for member in tree.conjuncts(noun):
        yield member
        yield from tree.complements(member, "of")
