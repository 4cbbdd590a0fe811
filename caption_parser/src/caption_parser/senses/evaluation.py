"""`evaluate_senses`: a disambiguator on the sets of Raganato et al. (EACL 2017), scored as they do."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from math import fsum
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from caption_parser.lexicon import Lexicon, default_lexicon
from caption_parser.senses import Disambiguator, SenseQuery, load_disambiguator
from caption_parser.senses.corpora import TaggedSentence, TaggedToken, read_corpus
from caption_parser.senses.corpora.read import KeyFile, read_key_file
from shared_runtime.configuration import FrozenModel
from shared_runtime.errors import InputError
from shared_schemas import Route

Keys = Mapping[str, Collection[str]]
"""Distinct sense keys by instance id."""


class Score(NamedTuple):
    """How many instances were answered rightly; ratios in [0, 1], None where there is nothing to divide by."""

    right: float
    """Summed over the answered instances: the share of the answer's keys that the gold standard has."""
    answered: int
    """Instances of the gold standard with an answer."""
    instances: int
    """Instances of the gold standard."""

    @property
    def precision(self) -> float | None:
        """Of what was answered, the share that is right."""
        return self.right / self.answered if self.answered else None

    @property
    def recall(self) -> float | None:
        """Of all instances, the share that is right."""
        return self.right / self.instances if self.instances else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of both; 0 where nothing was answered."""
        # 2PR / (P + R), where the common factor cancels out.
        return 2 * self.right / (self.answered + self.instances) if self.instances else None


def score(gold: Keys, answers: Keys) -> Score:
    """Scores `answers` against `gold`.

    An instance counts as right if its answer is any of the gold keys; with several answers, each takes an equal
    share. Answers to instances that the gold standard lacks are ignored; an instance without an answer
    lowers recall alone.
    """
    answered = [(answer, gold[instance]) for instance, answer in answers.items() if answer and instance in gold]
    right = fsum(sum(key in keys for key in answer) / len(answer) for answer, keys in answered)
    return Score(right, len(answered), len(gold))


def score_by_pos(gold: Keys, answers: Keys, pos_by_instance: Mapping[str, str | None]) -> dict[str, Score]:
    """The score of each part of speech (`n`, `v`, `a`, `r`), which `pos_by_instance` gives."""
    return {
        pos: score(
            {instance: keys for instance, keys in gold.items() if pos_by_instance.get(instance) == pos}, answers
        )
        for pos in "nvar"
    }


def share_of(route: Route, routes: Iterable[Route]) -> float | None:
    """Which share of the choices took `route`, in [0, 1]; None of no choices."""
    taken = [one is route for one in routes]
    return sum(taken) / len(taken) if taken else None


SENTENCES_PER_CALL = 64
"""Sentences whose words a disambiguator may batch together."""


class SenseScores(FrozenModel):
    """Ratios in [0, 1], null where undefined."""

    f1: float | None
    precision: float | None
    recall: float | None
    answered: int
    instances: int


class SenseEvaluation(FrozenModel):
    """The scores of one set, overall and by part of speech."""

    noun: SenseScores
    verb: SenseScores
    adj: SenseScores
    adv: SenseScores
    all: SenseScores
    fallback: float | None = Field(description="Share of the answers that the model's fallback gave.")
    monosemous: float | None = Field(description="Share of the answers to words with a single sense.")
    senses: str = Field(description="The name of the disambiguator.")
    not_in_wordnet: tuple[str, ...] = Field(description="Instances not answered: WordNet lacks lemma and pos.")
    without_gold: int = Field(description="Instances of the data that the gold standard lacks; left out.")
    without_data: int = Field(description="Instances of the gold standard that the data lacks; not answered.")
    gold_lines_without_key: int = Field(description="Lines of the gold standard left out.")


def evaluate_senses(
    data: Path, gold: Path, senses: str | Disambiguator = "default", *, lexicon: Lexicon | None = None
) -> SenseEvaluation:
    """Scores a disambiguator on the instances of `data` (XML) against the key file `gold`.

    `senses`: a disambiguator, or what `--senses` names one by. It sees the sentence with spaces between its
    tokens, the first word of the instance, and the synsets of lemma and part of speech in WordNet's order.

    Raises `InputError` for files that cannot be read or do not belong together, `UsageError` for `senses`.
    """
    lexicon = lexicon or default_lexicon()
    disambiguator = load_disambiguator(senses) if isinstance(senses, str) else senses
    gold_file = read_key_file(gold)
    answers = _answer(read_corpus(data, gold={}, lexicon=lexicon), disambiguator, lexicon)
    if not answers.pos_by_instance.keys() & gold_file.keys.keys():
        raise InputError(
            f"{data} and {gold} do not belong together: no instance of the one is in the other "
            f"(for example {next(iter(gold_file.keys))!r})"
        )
    return _evaluation(answers, gold_file, disambiguator.name)


@dataclass(slots=True)
class _Answers:
    pos_by_instance: dict[str, str | None] = field(default_factory=dict)
    keys: dict[str, frozenset[str]] = field(default_factory=dict)
    routes: dict[str, Route] = field(default_factory=dict)


def _answer(sentences: Iterator[TaggedSentence], disambiguator: Disambiguator, lexicon: Lexicon) -> _Answers:
    answers = _Answers()
    while batch := list(islice(sentences, SENTENCES_PER_CALL)):
        asked: list[tuple[str, SenseQuery]] = []
        for sentence in batch:
            text = sentence.text
            for start, token in zip(sentence.starts, sentence.tokens, strict=True):
                if token.instance_id is None:
                    continue
                answers.pos_by_instance[token.instance_id] = token.pos
                query = _query(text, start, token, lexicon)
                if query.candidates:
                    asked.append((token.instance_id, query))
        choices = disambiguator.disambiguate([query for _, query in asked])
        for (instance, query), choice in zip(asked, choices, strict=True):
            answers.keys[instance] = frozenset([lexicon.sense_key(choice.synset, query.lemma)])
            answers.routes[instance] = choice.route
    return answers


def _query(text: str, start: int, token: TaggedToken, lexicon: Lexicon) -> SenseQuery:
    """What to ask of a token; without candidates where WordNet lacks it."""
    first_word = token.word.partition(" ")[0]
    candidates = lexicon.synsets(token.lemma, token.pos) if token.pos else ()
    return SenseQuery(text, start, start + len(first_word), token.lemma, candidates)


def _evaluation(answers: _Answers, gold: KeyFile, senses: str) -> SenseEvaluation:
    by_pos = {
        pos: _scores(found)
        for pos, found in score_by_pos(gold.keys, answers.keys, answers.pos_by_instance).items()
    }
    routes = [route for instance, route in answers.routes.items() if instance in gold.keys]
    in_gold = [instance for instance in answers.pos_by_instance if instance in gold.keys]
    return SenseEvaluation(
        noun=by_pos["n"],
        verb=by_pos["v"],
        adj=by_pos["a"],
        adv=by_pos["r"],
        all=_scores(score(gold.keys, answers.keys)),
        fallback=share_of(Route.FALLBACK, routes),
        monosemous=share_of(Route.MONOSEMOUS, routes),
        senses=senses,
        not_in_wordnet=tuple(instance for instance in in_gold if instance not in answers.keys),
        without_gold=len(answers.pos_by_instance) - len(in_gold),
        without_data=len(gold.keys) - len(in_gold),
        gold_lines_without_key=len(gold.without_key),
    )


def _scores(found: Score) -> SenseScores:
    return SenseScores(
        f1=found.f1,
        precision=found.precision,
        recall=found.recall,
        answered=found.answered,
        instances=found.instances,
    )
