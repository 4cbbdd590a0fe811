"""The words of a label space that are looked for in noun phrases."""

from collections.abc import Collection, Mapping

from caption_parser.lexicon.plurals import plural_forms


class NamedWords:
    """The words of a label space that are looked for beside WordNet's lemmas, in the singular and the plural."""

    def __init__(
        self, phrases: Collection[str] = (), kept_whole: Mapping[str, Collection[int]] | None = None
    ) -> None:
        """`phrases`: words and phrases beyond WordNet, lower-case and singular ("stop sign", "smartphone").

        `kept_whole`: names of several words that WordNet has → the senses that the label space means by them.
        """
        self._singular: dict[str, str] = {}
        for phrase in phrases:
            written = phrase.replace(" ", "_")
            self._singular[written] = written
        for written in list(self._singular):
            for form in plural_forms(written.replace("_", " ")):
                self._singular.setdefault(form.replace(" ", "_"), written)
        self._kept_whole = kept_whole or {}

    def __contains__(self, form: str) -> bool:
        return form in self._singular

    def phrase(self, form: str) -> str | None:
        """The phrase that `form` is written for; none: it is none."""
        return self._singular.get(form)

    def meant(self, lemmas: Collection[str]) -> frozenset[int]:
        """The senses that the label space means by a name."""
        return frozenset(synset for lemma in lemmas for synset in self._kept_whole.get(lemma, ()))
