"""Nouns of what a caption says is gone, of the past or left out: "the bus is gone", "rather than a dog".

A trigger is a run of words, and denies the noun phrase behind it, the subject of its clause, or the object of it.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from caption_parser.syntax.clauses import RELATIVE_PRONOUNS, members_of, phrase_behind, subject_before
from caption_parser.syntax.flags.triggers import nouns_told_by
from caption_parser.syntax.tree import NOUN_TAGS, VERB_TAGS, Tree
from caption_parser.syntax.words.word_lists import NOT, POINTING

_NEGATIONS = frozenset(
    "barely cannot hardly neither never no nobody none nor not nothing n't scarcely without".split()
)
_UNIVERSALS = frozenset("all any anybody anyone anything every everybody everyone everything everywhere".split())
_ITS = frozenset({"PRP$", "TO"})
_CONDITIONS = frozenset({"after", "before", "if", "once", "until", "when"})
_BE = frozenset({"am", "are", "be", "been", "being", "is", "was", "were", "'s", "'re"})
_HAVE = frozenset({"has", "had", "have", "'s", "'ve", "'d"})
_PERSONS = frozenset({"he", "i", "she", "they", "we", "who", "you"})
_NEW_CLAUSES = frozenset({".", ",", ";", "and", "but", "because", "when", "where"})
_STATES = frozenset(
    """
    be been contain contained display displayed feature featured had has have held hold house housed included keep
    kept own owned show showed sport sported wear wore
    """.split()
)
"""Verbs of the past whose object was there: "that once held a clock"."""
_PLACED = frozenset(
    """
    be been grew grow hang hung lay lie lived live parked rest rested sat sit sleep slept stand stood was were
    """.split()
)
_PARTLY = frozenset("almost half halfway mostly nearly partially partly".split())
_HERE = frozenset({"here", "there", "."})
_ABSENT = frozenset({"absent", "disappeared", "departed", "extinct", "gone", "missing", "vanished"})
_TAKEN = frozenset({"demolished", "dismantled", "removed", "stolen"})
_GOES_ON = frozenset("bad by for into in off on over through to under up wild wrong".split())
"""Behind "gone" they make it go somewhere, as adjectives do of another kind: "has gone to bed", "gone brown"."""
_SHOWN = frozenset(
    "available depicted found here included noticeable pictured present seen shown spotted there visible".split()
)
_IMAGES = frozenset({"frame", "image", "photo", "photograph", "picture", "scene", "shot", "sight", "view"})
_OUTSIDE = frozenset({"off", "out", "outside"})
_OFF = frozenset({"camera", "frame", "screen"})
_ONGOING = frozenset({"being", "getting"})
_PERCEIVING = frozenset({"find", "see", "spot"})
_HAVING = frozenset({"contain", "feature", "have", "include", "notice", "show", "wear"})
_PLACING = frozenset({"among", "at", "in", "on", "with"})
_FULL = frozenset({"full", "home"})
_KINDS = frozenset({"JJ", "NN", "NNS"})
_OURS = frozenset({"my", "our", "the"})
_PRESENT = frozenset({"VBG", "VBP", "VBZ"})
_LEFT_PLACES = frozenset(
    """
    area building bus ferry frame harbor harbour house picture plane platform port room scene station stop terminal
    train tram
    """.split()
)
_GOING = frozenset("driven flown moved passed ridden run sailed stepped walked wandered".split())
_AWAY = frozenset({"away", "by", "off", "past"})
"""Behind what somebody has done they say that he is no longer there: "has stepped away"."""
_ONCE = frozenset({"formerly", "once", "originally", "previously"})
_WITH_WHOM = frozenset({"by", "of", "to", "with"})
"""Behind what a place once was: "used by trams", "full of cars", "home to elephants"."""


class _When(StrEnum):
    """Where a run of words denies what is behind it."""

    ALWAYS = "always"
    AFTER_A_UNIVERSAL = "after a universal"
    """ "everything except a dog" lacks the dog; "nothing except a dog" and "empty except for a dog" have one."""
    AFTER_A_UNIVERSAL_NOUN = "after a universal noun"
    """ "every vehicle but a truck"."""
    AFTER_A_NOUN = "after a noun"
    """ "a dog other than a poodle"; "nothing other than a dog" is one."""
    BEFORE_NOTHING_KNOWN = "before nothing known"
    """ "unlike a dog"; "unlike the dog" compares two that are there."""


_RUNS: Mapping[_When, str] = {
    _When.ALWAYS: """
        rather than|as opposed to|in place of|in lieu of|in the absence of|to the exclusion of|no longer a
        no longer an|no longer any|hardly any|scarcely any|barely any|not a|not an|not any|not one|not a single
        no sign of|no signs of|no trace of|no traces of|no evidence of|no hint of|excluding|minus|sans|stripped of
        devoid of|bereft of|cleared of|there is no longer|there are no longer|there 's no longer|everything but
        anything but|everybody but|everyone but|anything other than|everything other than
        """,
    _When.AFTER_A_UNIVERSAL: """
        except|except for|excepting|apart from|aside from|save for|with the exception of
        """,
    _When.AFTER_A_UNIVERSAL_NOUN: "but",
    _When.AFTER_A_NOUN: "other than",
    _When.BEFORE_NOTHING_KNOWN: "unlike",
}
_WHEN: Mapping[tuple[str, ...], _When] = {
    tuple(run.split()): when
    for when, runs in _RUNS.items()
    for line in runs.strip().splitlines()
    for run in line.strip().split("|")
}
_BEGINNING_WITH: dict[str, list[tuple[str, ...]]] = {}
for _run in sorted(_WHEN, key=len, reverse=True):
    _BEGINNING_WITH.setdefault(_run[0], []).append(_run)

_TRIGGERS = (
    frozenset(_BEGINNING_WITH)
    | _ABSENT
    | _TAKEN
    | _GOING
    | _ONCE
    | _OUTSIDE
    | frozenset({"nowhere", "unseen", "used", "longer", "left", "closed"})
    | frozenset({"cannot", "never", "neither"})
    | NOT
)


def absent_nouns(tree: Tree) -> set[int]:
    """The nouns of a parse that name what is not, or no longer, where the image was taken."""
    return nouns_told_by(tree, _TRIGGERS, _denied_by)


def _denied_by(tree: Tree, token: int, word: str) -> Iterator[int]:
    run = _run_at(tree, token, word)
    if run is not None and _applies(tree, _WHEN[run], token, token + len(run)):
        yield from phrase_behind(tree, token + len(run))
    elif word == "neither" and tree.word(token + 1) != "of":
        yield from phrase_behind(tree, token + 1)
    elif word == "nowhere":
        yield from _nowhere(tree, token)
    elif word in _ABSENT:
        yield from _absent(tree, token, word)
    elif word in _TAKEN:
        if _is_after(tree, token, _BE) and _CONDITIONS.isdisjoint(tree.words[:token]):
            yield from subject_before(tree, token)
    elif word == "left" or word in _GOING:
        yield from _departed(tree, token, word)
    elif word == "closed":
        if tree.word(token + 1) == "to" and tree.tag(token + 2) in _KINDS:
            yield from phrase_behind(tree, token + 2)  # "closed to cars"
    elif word == "used":
        yield from _used_to(tree, token)
    elif word in _ONCE:
        yield from _once(tree, token)
    elif word == "longer":
        yield from _no_longer(tree, token)
    elif word == "unseen":
        yield from _unseen(tree, token)
    elif word in _OUTSIDE:
        yield from _out_of_sight(tree, token, word)
    elif word in NOT or word in ("cannot", "never"):
        yield from _not_shown(tree, token)


def _run_at(tree: Tree, token: int, word: str) -> tuple[str, ...] | None:
    for run in _BEGINNING_WITH.get(word, ()):
        if tuple(tree.words[token : token + len(run)]) == run:
            return run
    return None


def _applies(tree: Tree, when: _When, first: int, behind: int) -> bool:
    """Whether the run of words from `first` to `behind` denies what follows it."""
    before = tree.words[max(0, first - 6) : first]
    match when:
        case _When.ALWAYS:
            return True
        case _When.AFTER_A_UNIVERSAL:
            return _NEGATIONS.isdisjoint(before) and not _UNIVERSALS.isdisjoint(before)
        case _When.AFTER_A_UNIVERSAL_NOUN:
            return tree.tag(first - 1) in NOUN_TAGS and not _UNIVERSALS.isdisjoint(before[-3:-1])
        case _When.AFTER_A_NOUN:
            return tree.tag(first - 1) in NOUN_TAGS and _NEGATIONS.isdisjoint(before)
        case _When.BEFORE_NOTHING_KNOWN:
            return tree.word(behind) not in POINTING


def _absent(tree: Tree, token: int, word: str) -> Iterator[int]:
    """ "the bus is gone", "is missing from the couch", "has vanished"; what is "missing a leg" is there."""
    lacks_something = word == "missing" and tree.has_child(token, "dobj")
    goes_on = word == "gone" and (tree.word(token + 1) in _GOES_ON or tree.tag(token + 1) == "JJ")
    is_partly = tree.word(token - 1) in _PARTLY
    if not (lacks_something or goes_on or is_partly) and _is_after(tree, token, _BE | _HAVE):
        yield from subject_before(tree, token)


def _nowhere(tree: Tree, token: int) -> Iterator[int]:
    """ "the owner is nowhere to be found", "the rider nowhere in sight"; not "the middle of nowhere"."""
    before = token - 1
    if tree.word(token + 1) not in ("to", "in", "around", "", *_HERE):
        return
    if tree.word(before) in _BE:
        before -= 1
    if tree.tag(before) in NOUN_TAGS:
        yield from members_of(tree, before)


def _unseen(tree: Tree, token: int) -> Iterator[int]:
    """ "an unseen hand"; of "an unseen man's hand" the hand is there."""
    noun = tree.heads[token]
    if tree.deps[token] == "amod" and tree.word(noun + 1) != "'s":
        yield noun


def _out_of_sight(tree: Tree, token: int, word: str) -> Iterator[int]:
    """ "the dog is out of the frame", "someone off camera"; who "looks out of frame" is there.

    "The chair has been pushed out of the picture".
    """
    before = tree.words[max(0, token - 4) : token]
    if not before or not _is_out_of_the_picture(tree, token, word):
        return
    if tree.is_noun(token - 1):
        yield token - 1
    elif before[-1] in _BE and before[-2:-1] in (["who"], ["which"]):
        yield from (noun for noun in (token - 3, token - 4) if noun >= 0 and tree.is_noun(noun))
    elif before[-1] in _BE or (
        tree.tags[token - 1] in ("VBD", "VBN")
        and not (_BE | _HAVE).isdisjoint(before)
        and (_PARTLY | _ONGOING).isdisjoint(before)
    ):
        yield from subject_before(tree, token)


def _is_out_of_the_picture(tree: Tree, token: int, word: str) -> bool:
    """Whether "out of the frame", "off-camera" or "outside of the shot" begins there; not the scene of a crash."""
    last = token + 1
    if word == "off":
        last += tree.word(last) == "-"
        return tree.word(last) in _OFF and tree.tag(last + 1) not in NOUN_TAGS
    if tree.word(last) == "of":
        last += 1
    elif word == "out":
        return False
    last += tree.word(last) in _OURS
    of_another = tree.word(last + 1) == "of" and "camera" not in tree.words[last + 2 : last + 4]
    return tree.word(last) in _IMAGES and tree.tag(last + 1) not in NOUN_TAGS and not of_another


def _departed(tree: Tree, token: int, word: str) -> Iterator[int]:
    """ "the bus has left", "has stepped away"; who "has left his bag" or then does more may still be there."""
    places = [tree.words[noun] for noun in tree.children_by(token, "dobj")]
    auxiliaries = {tree.words[child] for child in tree.children_by(token, "aux")}
    behind = token + 1 + (word != "left")
    ends = bool(places) or tree.word(behind) in ("", ".", ",", "already", "and")
    if (
        ends
        and auxiliaries & _HAVE
        and _LEFT_PLACES.issuperset(places)
        and (word == "left" or tree.words[token + 1] in _AWAY)
        and not tree.has_child(token, "neg")
        and not any(
            tree.tags[other] in _PRESENT and not tree.has_child(other, "nsubj")
            for other in tree.children_by(token, "conj")
        )
    ):
        yield from subject_before(tree, token)


def _used_to(tree: Tree, token: int) -> Iterator[int]:
    """ "there used to be a dog", "that used to have a dog", "where a dog used to sleep".

    A knife "used to cut a cake" is there, and so is the cake.
    """
    verb = token + 2
    if tree.word(token + 1) != "to" or tree.word(token - 1) in _BE:
        return
    where = _where_before(tree, token)
    if where is not None:
        yield from _nouns_between(tree, where, token)
    elif (
        _is_what_somebody_did(tree, token)
        or tree.word(verb) in ("be", "have")
        or (tree.word(verb) in _STATES and tree.word(token - 1) in RELATIVE_PRONOUNS)
    ):
        yield from phrase_behind(tree, verb + 1)
    elif tree.word(verb) in _PLACED and tree.word(verb + 1) in ("", *_HERE):
        yield from subject_before(tree, token)


def _is_what_somebody_did(tree: Tree, token: int) -> bool:
    """Whether a person "used to" do something; "the knife they used to cut the cake" is put to a use."""
    subject = tree.word(token - 1)
    return subject == "who" or (subject in _PERSONS and tree.word(token - 2) in ("", *_NEW_CLAUSES))


def _once(tree: Tree, token: int) -> Iterator[int]:
    """ "a wall that once had a clock", "where a tree once stood", "once used by trams"."""
    following = tree.word(token + 1)
    if following in ("had", "held", "contained", "housed", "featured", "owned", "displayed"):
        yield from phrase_behind(tree, token + 2)
    elif following in _PLACED and tree.word(token + 2) in ("", *_HERE):
        yield from subject_before(tree, token)
    elif token and tree.word(token + 2) in _WITH_WHOM and (following in _FULL or tree.tag(token + 1) == "VBN"):
        for noun in tree.children_by(token + 2, "pobj"):
            for member in members_of(tree, noun):
                yield from filter(tree.is_noun, range(tree.left_edges[member], member + 1))


def _no_longer(tree: Tree, token: int) -> Iterator[int]:
    """ "the clock is no longer there", "no longer has a clock"; what is "no longer red" is there all the same."""
    if tree.word(token - 1) != "no":
        return
    following = tree.word(token + 1)
    if following in _STATES:
        yield from phrase_behind(tree, token + 2)
    elif "there" in tree.words[max(0, token - 3) : token]:
        yield from phrase_behind(tree, token + 1)
    elif tree.word(token - 2) in _BE and (following in _SHOWN or following in _PLACING):
        yield from subject_before(tree, token)


def _not_shown(tree: Tree, token: int) -> Iterator[int]:
    """ "is not visible", "cannot be seen", "is n't in the picture"; "you can not see a dog"."""
    following = tree.words[token + 1 : token + 6]
    while following and following[0] in ("be", "been", "being", "even", "actually", "really", "yet"):
        following = following[1:]
    if not following:
        return
    shown = following[0] in _SHOWN and not _BE.isdisjoint(tree.words[max(0, token - 2) : token + 3])
    if shown or (following[0] == "in" and not _IMAGES.isdisjoint(following)):
        yield from subject_before(tree, token)
    elif following[0] in _PERCEIVING or following[0] in _HAVING:
        begin = tree.words.index(following[0], token) + 1
        if following[0] in _PERCEIVING or (tree.word(begin) not in POINTING and tree.tag(begin) not in _ITS):
            yield from phrase_behind(tree, begin)


def _is_after(tree: Tree, token: int, words: frozenset[str]) -> bool:
    """Whether one of `words` stands right before the token, or one adverb or auxiliary further left."""
    return not words.isdisjoint(tree.words[max(0, token - 3) : token])


def _where_before(tree: Tree, token: int) -> int | None:
    """The "where" that opens the clause of a token, with no verb between them."""
    for place in range(token - 1, max(-1, token - 8), -1):
        if tree.words[place] == "where":
            return place
        if tree.tags[place] in VERB_TAGS:
            return None
    return None


def _nouns_between(tree: Tree, start: int, end: int) -> Iterator[int]:
    yield from (noun for noun in range(start + 1, end) if tree.is_noun(noun))
