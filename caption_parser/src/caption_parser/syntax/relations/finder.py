"""The rules that read relations off a parse: verbs with their objects, prepositions, possession."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, product

from caption_parser.lexicon import Lexicon
from caption_parser.syntax.clauses import agents, is_passive, objects
from caption_parser.syntax.phrases import NounPhrase
from caption_parser.syntax.pieces import LONGEST_PIECE, with_phrases
from caption_parser.syntax.quantities import quantified_nouns, referents
from caption_parser.syntax.relations.predicates import TRANSFERS, PredicateForms
from caption_parser.syntax.relations.prepositions import attachment, is_link
from caption_parser.syntax.relations.pronouns import CARRIERS, RECIPROCAL, Antecedents
from caption_parser.syntax.relations.relation import Relation
from caption_parser.syntax.tree import VERB_TAGS, Tree
from caption_parser.syntax.words.body_parts import BodyParts
from caption_parser.syntax.words.parts import PartFinder
from shared_schemas import Flag

_STAND_FOR_OTHERS = CARRIERS | RECIPROCAL
_COMPLEMENTS = frozenset({"agent", "dobj"})
_MOST_PAIRS = 64
"""Of one predicate; more subjects and objects than that are lists of keywords."""


class RelationFinder:
    """Finds the relations between noun phrases."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._forms = PredicateForms(lexicon)
        self._parts = PartFinder(lexicon)
        self._body_parts = BodyParts(lexicon)

    def __call__(self, tree: Tree, phrases: Sequence[NounPhrase]) -> tuple[Relation, ...]:
        """In the order of their predicates, each once; those of a long caption lie within its pieces."""
        if len(tree.words) <= LONGEST_PIECE:
            return self._of_piece(tree, phrases)
        found: list[Relation] = []
        for start, part, inside in with_phrases(tree, phrases):
            found += (one.moved(start) for one in self._of_piece(part, inside))
        return tuple(found)

    def _of_piece(self, tree: Tree, phrases: Sequence[NounPhrase]) -> tuple[Relation, ...]:
        named = {phrase.head: phrase for phrase in phrases}
        if not named or (len(named) == 1 and RECIPROCAL.isdisjoint(tree.words)):
            return ()
        antecedents = Antecedents(tree, named, self._is_being, self._body_parts)
        found: dict[tuple[int, str, int], Relation] = {}
        for relation in _Reading(tree, named, self._forms, antecedents).relations():
            if relation.subject in named and relation.object in named:
                if relation.predicate == "of" and self._is_part(tree, named[relation.object], relation.subject):
                    relation = relation._replace(
                        subject=relation.object, predicate="have", object=relation.subject
                    )
                found.setdefault(relation[:3], relation)
        return tuple(sorted(found.values(), key=lambda relation: (relation.start, relation.end)))

    def _is_part(self, tree: Tree, whole: NounPhrase, part: int) -> bool:
        head = whole.extended_head
        return head is not None and self._parts.has_part(head.synsets, tree.words[part])

    def _is_being(self, phrase: NounPhrase) -> bool | None:
        head = phrase.extended_head
        if head is None or not head.synsets:
            return False
        lexname = self._lexicon.lexname(head.synsets[0])
        return True if lexname in ("noun.person", "noun.group") else None if lexname == "noun.animal" else False


class _Reading:
    """One parse, while it is read."""

    def __init__(
        self, tree: Tree, named: Mapping[int, NounPhrase], forms: PredicateForms, antecedents: Antecedents
    ) -> None:
        self._tree = tree
        self._named = named
        self._forms = forms
        self._antecedents = antecedents

    def relations(self) -> Iterator[Relation]:
        tree, named = self._tree, self._named
        for token, (dep, tag) in enumerate(zip(tree.deps, tree.tags, strict=True)):
            if dep == "pobj":
                yield from self._by_preposition(token)
            elif dep == "poss":
                yield from self._by_possessor(token)
            elif token in named and (dep == "npadvmod" or dep == "compound"):
                yield from self._before_noun(token)
            if tag in VERB_TAGS:
                yield from self._by_verb(token)

    def _pairs(
        self,
        subjects: Iterable[int],
        predicate: str,
        objects: Iterable[int],
        span: tuple[int, int],
        verb: int | None = None,
    ) -> Iterator[Relation]:
        start, end = span
        negated = verb is not None and self._tree.has_child(verb, "neg")
        for subject, target in islice(product(list(subjects), list(objects)), _MOST_PAIRS):
            if subject != target:
                yield Relation(subject, predicate, target, start, end, negated)

    def _nouns(self, token: int) -> list[int]:
        """The phrases that a noun or pronoun and what is coordinated with it stand for."""
        found: list[int] = []
        for noun in self._tree.conjuncts(token):
            antecedent = self._antecedents.of(noun)
            if antecedent is not None:
                found.append(antecedent)
            else:
                found += [one for one in referents(self._tree, noun) if one in self._named]
        return found

    # Verbs

    def _by_verb(self, verb: int) -> Iterator[Relation]:
        tree = self._tree
        if tree.deps[verb] != "relcl" and _COMPLEMENTS.isdisjoint([tree.deps[c] for c in tree.children[verb]]):
            return
        lemma = self._forms.verb(tree, verb)
        if lemma == "be":
            return
        end = verb + 1
        for particle in tree.children_by(verb, "prt"):
            lemma = f"{lemma} {tree.words[particle]}"
            end = max(end, particle + 1)
        if is_passive(tree, verb):
            for preposition in tree.children_by(verb, "agent"):
                if not self._forms.is_place(tree, verb):
                    for agent in tree.children_by(preposition, "pobj"):
                        yield from self._pairs(
                            self._nouns(agent), lemma, self._agents(verb), (verb, max(end, preposition + 1)), verb
                        )
            return
        for target in objects(tree, verb):
            nouns = self._nouns(target)
            if nouns and not is_link(tree, target):
                yield from self._pairs(self._agents(verb), lemma, nouns, (verb, end), verb)

    def _agents(self, verb: int) -> list[int]:
        found: list[int] = []
        for noun in agents(self._tree, verb):
            antecedent = self._antecedents.of(noun)
            found.append(noun if antecedent is None else antecedent)
        return found

    # Prepositions

    def _by_preposition(self, noun: int) -> Iterator[Relation]:
        tree = self._tree
        nouns = self._nouns(noun)
        if (not nouns and tree.words[noun] not in _STAND_FOR_OTHERS) or is_link(tree, noun):
            return
        found = attachment(tree, noun)
        if found is None:
            return
        predicate = self._forms.preposition(tree, found.words)
        start, end = found.words[0], found.words[-1] + 1
        anchor = found.anchor
        carried = self._carried(noun, anchor)
        if carried is not None:
            yield Relation(carried, predicate, anchor, start, end)
            return
        verb = anchor if tree.tags[anchor] in VERB_TAGS else None
        if verb is None:
            if predicate == "of" and quantified_nouns(tree, anchor):
                return
            holders = self._holders(anchor, start)
        else:
            if tree.deps[start] == "agent" and is_passive(tree, anchor) and not self._forms.is_place(tree, anchor):
                return
            holders, stated = self._of_verb(anchor, found.words)
            predicate = " ".join(filter(None, (stated, predicate)))
            start, end = (min(anchor, start), max(anchor + 1, end)) if stated else (start, end)
        if self._antecedents.reciprocal(noun):
            for holder in holders:
                yield Relation(holder, predicate, holder, start, end)
            return
        yield from self._pairs(holders, predicate, nouns, (start, end), verb)

    def _carried(self, pronoun: int, anchor: int) -> int | None:
        """The "food" of "a plate with food on it", where the pronoun is the plate; none: no such phrase."""
        tree = self._tree
        if tree.words[pronoun] not in CARRIERS or not tree.is_noun(anchor):
            return None
        before = [
            noun
            for preposition in tree.children_by(anchor, "prep")
            for noun in tree.children_by(preposition, "pobj")
            if noun < tree.heads[pronoun] and tree.is_noun(noun)
        ]
        return before[-1] if before else None

    def _holders(self, noun: int, before: int) -> list[int]:
        """The noun that a preposition hangs on, and what is coordinated with it before the preposition."""
        tree = self._tree
        return [one for member in tree.conjuncts(noun) if member < before for one in referents(tree, member)]

    def _of_verb(self, verb: int, words: Sequence[int]) -> tuple[list[int], str]:
        """What a preposition behind a verb is said of, and what of the verb belongs to the predicate."""
        tree = self._tree
        lemma = self._forms.verb(tree, verb)
        if lemma == "be":
            return self._agents(verb), ""
        targets = [] if is_passive(tree, verb) else list(objects(tree, verb))
        if lemma in TRANSFERS and targets:
            return [noun for target in targets for noun in self._nouns(target)], ""
        particles = [tree.words[p] for p in tree.children_by(verb, "prt") if p not in words]
        return self._agents(verb), " ".join([lemma, *particles])

    # Possession and parts

    def _by_possessor(self, owner: int) -> Iterator[Relation]:
        tree = self._tree
        if not self._nouns(tree.heads[owner]):
            return
        owners = self._owners(owner)
        end = next((case + 1 for case in tree.children_by(owner, "case")), owner + 1)
        yield from self._pairs(owners, "have", referents(tree, tree.heads[owner]), (end - 1, end))

    def _owners(self, owner: int) -> list[int]:
        tree = self._tree
        if tree.words[owner] == "whose":
            verb = tree.heads[tree.heads[owner]]
            return list(referents(tree, tree.heads[verb])) if tree.deps[verb] == "relcl" else []
        antecedent = self._antecedents.of(owner)
        return list(self._nouns(owner)) if antecedent is None else [antecedent]

    def _before_noun(self, token: int) -> Iterator[Relation]:
        """ "a laptop screen", "a snow covered roof"."""
        tree = self._tree
        head = tree.heads[token]
        if tree.deps[token] == "compound":
            if Flag.PART in self._named[token].flags:
                yield Relation(token, "have", head, token, head + 1)
        elif tree.tags[head] in VERB_TAGS and tree.deps[head] == "amod":
            yield Relation(token, self._forms.verb(tree, head), tree.heads[head], head, head + 1)
