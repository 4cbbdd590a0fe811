"""Nouns that a caption shows only as a likeness or in writing: "a statue of a man", "a dog on a poster"."""

from collections.abc import Iterator

from caption_parser.syntax.flags.triggers import nouns_told_by
from caption_parser.syntax.flags.writing import SAYING, listed, quoted, written_on
from caption_parser.syntax.tree import NOUN_TAGS, VERB_TAGS, Tree
from caption_parser.syntax.words.depiction_words import DepictionWords
from caption_parser.syntax.words.word_lists import QUANTITY_NOUNS

_BEARERS_OF_TEXT = frozenset(
    """
    banner banners billboard board boards cake cakes card cards cup cups flag flags graffiti kite kites label
    letters lettering message mug mugs note notes plaque plate poster shirt shirts sign signs sticker stickers
    sweater sweatshirt text tie ties word words writing
    """.split()
)
_DRAWN = frozenset(
    """
    depicted drawn embroidered engraved etched illustrated painted pictured portrayed printed sketched stenciled
    stitched tattooed
    """.split()
)
_BEFORE_QUOTES = SAYING | frozenset(
    """
    answers asked asks caption entitled labeled labelled lettering message phrase quote replied replies reply
    shouts slogan text titled wonders word words
    """.split()
)
_LIKENING = frozenset(
    """
    carved decorated designed dressed look looked looking looks made painted resemble shaped styled
    """.split()
)
_SHAPES = frozenset({"shape", "shapes", "likeness", "pattern", "patterns"})
_RESEMBLING = frozenset({"resemble", "resembles", "resembling", "imitating", "impersonating"})
_DISGUISED = frozenset({"costumed", "disguised", "dressed"})
_SKETCHING = frozenset({"draws", "drawing", "doodles", "doodling", "sketches", "sketching"})
_LISTING = frozenset({"listing", "lists"})
_LISTS = frozenset("blackboard board chalkboard menu menus sign signs whiteboard".split())
_FURTHEST = 8
_FRAMING = frozenset({"focus", "head", "shoulder", "shoulders", "waist"})
"""What is said of how a photograph was taken: "out of focus photo", "head and shoulders portrait"."""
_HUNG = frozenset({"hanging", "hangs", "hung", "framed", "mounted"})
_DRAWINGS = frozenset(
    "cartoon cartoons comic comics drawing drawings illustration illustrations sketch sketches".split()
)
"""What has a background of its own, and hangs nowhere as a rule."""
_ARRANGED = frozenset("collage columns grid montage page panel panels sequence squares strip".split())
"""What several photographs make."""
_CARRIED_BY = frozenset("bicycle bike bull camel elephant horse horseback horses motorcycle".split())

_PATTERNS = frozenset({"background", "pattern", "patterns", "print", "texture"})
_SILHOUETTES = frozenset({"silhouette", "silhouettes"})
_GRAPHICS = frozenset({"clipart", "decal", "png", "stencil", "svg", "vector"})
"""With one of them, what the silhouette is of was never before a camera."""
_MARKS = frozenset({"icon", "logo", "template"})
"""The same right beside the silhouette, or if the caption is of one; elsewhere they are where people are, too."""
_TAKING = frozenset(
    {"take", "takes", "taking", "took", "taken", "snap", "snapping", "snaps", "shooting", "capturing"}
)
_RELEASING = frozenset(
    "issue issued issues publish published publishes release released releases share shared shares".split()
)
"""What news do with the photograph that they show: "Police release CCTV image of man"."""
_HOLDING_IT = frozenset(
    "capture captures contain contains display displays feature features present presents show shows".split()
)
"""What an image does with the photograph that it is: "the image contains a portrait of a woman"."""
_WHERE_PICTURED = frozenset(
    "carpet catwalk court deck field lawn location pitch porch runway set stage street tour track".split()
)
"""Where persons are pictured, and nothing is printed: "singer pictured on the set"."""
_LIKING = frozenset(
    """
    adore adored enjoy found get got have like liked look love loved post posted posting saw see seen share sharing
    took
    """.split()
)
"""What one does with the photograph that one writes of; others hold it, hang it or look at it."""
_MOVED = frozenset({"along", "aside", "away", "back", "down", "in", "near", "out", "to", "up"})
"""Behind "drawn" they speak of what is pulled: "a rowboat drawn up on the beach"."""
_PULLING = frozenset("donkey donkeys horse horses mule mules ox oxen ponies pony team tractor tractors".split())
_ATTRACTED = frozenset(
    "attention audience bow crowd crowds customers fans people shoppers spectators tourists visitors".split()
)
"""What is drawn by no pencil."""

_TRIGGERS = (
    _BEARERS_OF_TEXT
    | _DRAWN
    | _SKETCHING
    | _LISTING
    | _RESEMBLING
    | _SHAPES
    | _BEFORE_QUOTES
    | _PATTERNS
    | _SILHOUETTES
) | {
    "like",
    "as",
}


class DepictionFinder:
    """Finds the nouns of a parse that are depicted and not there."""

    def __init__(self, words: DepictionWords) -> None:
        self._likenesses = words.likenesses
        self._photographs = words.photographs
        self._triggers = _TRIGGERS | words.likenesses | words.photographs

    def __call__(self, tree: Tree) -> set[int]:
        """The depicted nouns; the photograph that the caption is of depicts nothing in this sense."""
        return nouns_told_by(tree, self._triggers, self._shown_by)

    def _shown_by(self, tree: Tree, token: int, word: str) -> Iterator[int]:
        if word in self._likenesses and token and _is_misread(tree, token):
            yield token - 1
        if word in self._likenesses or (word in self._photographs and not self._is_the_photograph(tree, token)):
            yield from _contents(tree, token)
        if word in _BEARERS_OF_TEXT:
            yield from written_on(tree, token)
        if word in _BEFORE_QUOTES:
            yield from quoted(tree, token)
        if word in _DRAWN:
            for noun in _drawn(tree, token):
                yield from _with_whole(tree, noun)
        if word in _LISTING and not _LISTS.isdisjoint(tree.words[max(0, token - _FURTHEST) : token]):
            yield from listed(tree, token)
        if word in _SKETCHING:
            yield from _sketched(tree, token)
        if word in _PATTERNS and "seamless" in tree.words and (word != "background" or tree.deps[token] == "ROOT"):
            yield from _repeated(tree, token)
        if word in _SILHOUETTES and _is_graphic(tree, token):
            yield from _contents(tree, token)
        yield from _likened(tree, token, word)

    def _is_the_photograph(self, tree: Tree, token: int) -> bool:
        """Whether "picture" means the image that is captioned: "a picture of a cat", not "holding a picture"."""
        if any(tree.words[child] in _HUNG for child in tree.children_by(token, "amod", "acl")):
            return False
        if tree.deps[token] == "nsubj" and tree.words[tree.heads[token]] in _HUNG:
            return False
        if not any(_precedes_photograph(tree, other, token) for other in range(token)):
            return True
        if self._is_another(tree, token) or _is_this(tree, token):
            return True
        head, dep = tree.heads[token], tree.deps[token]
        if dep in ("nsubj", "nsubjpass"):
            return tree.words[head] not in _HUNG and tree.deps[head] in ("ROOT", "ccomp", "conj")
        if dep == "dobj" and tree.words[head] in _HOLDING_IT:
            return any(
                tree.words[image] in self._photographs and self._is_the_photograph(tree, image)
                for image in tree.children_by(head, "nsubj")
            )
        if dep in ("dobj", "attr") and not tree.is_noun(head):
            return dep == "attr" or tree.words[head] in _TAKING | _RELEASING
        if dep == "conj":
            return tree.words[head] in self._photographs and self._is_the_photograph(tree, head)
        if dep == "pobj":
            whole = tree.heads[head]
            gathered = tree.words[whole] in QUANTITY_NOUNS or tree.words[whole] in _ARRANGED
            taken = tree.words[whole] in _TAKING or tree.words[whole] in ("pose", "posing", "poses", "posed")
            return taken or (gathered and (tree.deps[whole] == "ROOT" or self._is_the_photograph(tree, whole)))
        return dep in ("ROOT", "appos", "dep")

    def _is_another(self, tree: Tree, token: int) -> bool:
        """Whether a photograph is the second of "a photo of a cat and a photo of a dog"."""
        partner = tree.heads[token]
        if tree.deps[token] != "conj" or not tree.is_noun(partner):
            return False
        if tree.words[partner] in self._photographs:
            return self._is_the_photograph(tree, partner)
        first = tree.heads[tree.heads[partner]]
        return (
            tree.deps[partner] == "pobj"
            and tree.words[tree.heads[partner]] == "of"
            and tree.words[first] in self._photographs
            and any(tree.words[child] == "of" for child in tree.children_by(token, "prep"))
            and self._is_the_photograph(tree, first)
        )


def _is_this(tree: Tree, photograph: int) -> bool:
    """Whether "this photo" is the captioned one, as somebody likes it: "I love this photo of the bride"."""
    this = next((child for child in tree.children_by(photograph, "det") if tree.words[child] == "this"), 0)
    before = tree.words[:this]
    if before[-1:] == ["in"]:
        return True
    liked = this - 2 if before[-2:] == ["look", "at"] else this - 1
    if liked < 0 or before[liked] not in _LIKING:
        return False
    return not any(map(tree.is_noun, range(liked)))


def _is_misread(tree: Tree, likeness: int) -> bool:
    """Whether the parse takes a likeness behind a noun for no noun: "bird tattoo" without an article."""
    tag = tree.tags[likeness]
    return tag not in NOUN_TAGS and tag not in VERB_TAGS and tree.is_noun(likeness - 1)


def _precedes_photograph(tree: Tree, other: int, token: int) -> bool:
    """Whether a word before "photo" keeps it from opening the caption; "out of focus photo" opens it."""
    framing = tree.words[other] in _FRAMING and _HUNG.isdisjoint(tree.words)
    if framing or tree.heads[other] == token:
        return False
    return tree.is_noun(other) or tree.tags[other] in VERB_TAGS


def _contents(tree: Tree, likeness: int) -> Iterator[int]:
    """What a likeness is of: "a statue of a man", "the painting is of a horse"."""
    contents = tree.complements(likeness, "of")
    verb = tree.heads[likeness]
    if tree.deps[likeness] == "nsubj" and tree.words[verb] in ("is", "are") and tree.word(verb + 1) == "of":
        contents += tree.children_by(verb + 1, "pobj")
    for noun in contents:
        yield from _scene(tree, noun, whole=tree.words[likeness] in _DRAWINGS)


def _is_graphic(tree: Tree, silhouette: int) -> bool:
    """Whether somebody has drawn a silhouette; one that is seen before a logo is of who stands there."""
    beside = tree.words[max(0, silhouette - 1) : silhouette + 2]
    of_a_mark = tree.deps[0] == "ROOT" and tree.words[0] in _MARKS
    return not _GRAPHICS.isdisjoint(tree.words) or not _MARKS.isdisjoint(beside) or of_a_mark


def _repeated(tree: Tree, pattern: int) -> Iterator[int]:
    """What a pattern repeats: "a seamless pattern with oranges"."""
    for noun in tree.complements(pattern, "of", "with"):
        yield from tree.conjuncts(noun)


def _objects(tree: Tree, verb: int) -> Iterator[int]:
    for noun in tree.children_by(verb, "dobj"):
        yield from _scene(tree, noun)


def _scene(tree: Tree, noun: int, *, whole: bool = False) -> Iterator[int]:
    """A noun of a depicted scene with what it holds, wears or rides; where it stands may be a real place.

    `whole`: the place of what it does is drawn too: "a drawing of a cat sleeping on a stack of books".
    """
    for member in tree.conjuncts(noun):
        yield member
        for child in tree.children[member]:
            if tree.deps[child] == "acl":
                yield from _objects(tree, child)
                if whole and tree.tags[child] == "VBG" and tree.words[child] not in _HUNG:
                    for preposition in tree.children_by(child, "prep"):
                        for place in tree.children_by(preposition, "pobj"):
                            yield from _scene(tree, place)
            elif tree.deps[child] == "prep" and tree.words[child] in ("with", "on", "of"):
                for complement in tree.children_by(child, "pobj"):
                    if tree.words[child] != "on" or tree.words[complement] in _CARRIED_BY:
                        yield from _scene(tree, complement)


def _with_whole(tree: Tree, noun: int) -> Iterator[int]:
    """The noun and, if it is a part, what it is of: "a pizza slice printed on a shirt"."""
    yield noun
    if noun and tree.words[noun] in QUANTITY_NOUNS:
        yield from (child for child in tree.children_by(noun, "compound") if child == noun - 1)


def _drawn(tree: Tree, verb: int) -> Iterator[int]:
    """ "a wolf painted on a cup"; what is "drawn up on the beach" or "drawn by horses" is pulled."""
    following = tree.word(verb + 1)
    if tree.words[verb] == "drawn" and (following in _MOVED or not _PULLING.isdisjoint(tree.words[verb:])):
        return
    on = [child for child in tree.children_by(verb, "prep") if tree.words[child] in ("on", "onto")]
    places = {tree.words[place] for child in on for place in tree.children_by(child, "pobj")}
    if not on or (tree.words[verb] == "pictured" and places and places <= _WHERE_PICTURED):
        return
    if tree.deps[verb] == "acl" and tree.is_noun(tree.heads[verb]):
        yield tree.heads[verb]
    yield from tree.children_by(verb, "nsubjpass")


def _sketched(tree: Tree, verb: int) -> Iterator[int]:
    """What somebody is drawing: "a child draws a cat"; not "horses drawing a carriage"."""
    subjects = [*tree.children_by(verb, "nsubj"), tree.heads[verb]]
    if tree.tags[verb] in VERB_TAGS and _PULLING.isdisjoint(tree.words[noun] for noun in subjects):
        yield from (noun for noun in _objects(tree, verb) if tree.words[noun] not in _ATTRACTED)


def _likened(tree: Tree, token: int, word: str) -> Iterator[int]:
    """ "a cake shaped like a train", "in the shape of a heart", "dressed as a bear"."""
    head = tree.words[tree.heads[token]]
    likes: list[int] = []
    if (word == "like" and head in _LIKENING) or (word == "as" and head in _DISGUISED):
        likes.extend(tree.children_by(token, "pobj"))
    elif word in _SHAPES:
        likes += tree.complements(token, "of")
    elif word in _RESEMBLING:
        likes.extend(tree.children_by(token, "dobj"))
        if tree.deps[token] in ("amod", "compound"):
            likes.append(tree.heads[token])  # "the clouds above the hill resemble sheep", read as one phrase
    for noun in likes:
        for member in tree.conjuncts(noun):
            yield member
            # "In the shape of a pizza slice" there is no pizza either.
            yield from tree.children_by(member, "compound")
