"""Fixtures that every test may use."""

import os
import shutil
import tarfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.forked import Forks, forks_of

REPOSITORY = Path(__file__).resolve().parent.parent

# How long an example takes says how busy the machine is.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data beside the checkout (or in `CAPPARSE_REAL_DATA`); skips where it is missing."""
    root = Path(os.environ.get("CAPPARSE_REAL_DATA", REPOSITORY.parent / "shared" / "data"))
    if not root.is_dir():
        pytest.skip(f"real data is not there: {root} (set CAPPARSE_REAL_DATA to use another folder)")
    return root


@pytest.fixture(scope="session")
def nltk_wordnet(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An NLTK data root that holds WordNet 3.0, unpacked from the real data."""
    archive = real_data / "wordnet" / "wordnet-3.0.tar.xz"
    if not archive.is_file():
        pytest.skip(f"WordNet 3.0 is not there: {archive}")
    root = tmp_path_factory.mktemp("nltk_data")
    wordnet = root / "corpora" / "wordnet"
    wordnet.mkdir(parents=True)
    with tarfile.open(archive) as tar:
        # Python has filters from 3.11.4 on.
        tar.extractall(wordnet, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    return root


@pytest.fixture(scope="session")
def nltk_reader(nltk_wordnet: Path) -> Iterator[Any]:
    """NLTK's `WordNetCorpusReader`, the oracle of the parity tests."""
    nltk = pytest.importorskip("nltk")
    from nltk.corpus.reader.wordnet import WordNetCorpusReader

    search_path = list(nltk.data.path)
    nltk.data.path[:] = [str(nltk_wordnet)]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The multilingual functions")
        yield WordNetCorpusReader(nltk.data.find("corpora/wordnet"), None)
    nltk.data.path[:] = search_path


@pytest.fixture(scope="session")
def forked_capparse() -> Iterator[Forks]:
    """`capparse` in processes of their own, for labellers that need no model."""
    from caption_parser.cli import COMMANDS

    modules = [command.target.partition(":")[0] for command in COMMANDS]
    with forks_of("capparse", "caption_parser.cli", *modules, "caption_parser.runs.run") as forks:
        yield forks


@pytest.fixture(scope="session")
def forked_capseg() -> Iterator[Forks]:
    """`capseg` in processes of their own; none of its commands imports torch before it needs it."""
    from segmentation.cli import COMMANDS

    modules = [command.target.partition(":")[0] for command in COMMANDS]
    with forks_of("capseg", "segmentation.cli", *modules) as forks:
        yield forks


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A browser that Playwright steers; skips where one of the two, which tests do not need, is missing."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    path = next((found for name in names if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip(f"no browser on this machine (looked for {', '.join(names)})")
    with playwright.sync_playwright() as steered:
        browser = steered.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def pytest_make_parametrize_id(val: object) -> str | None:
    """Sets in the names of tests in one order: the processes that share the tests have to agree on these."""
    return f"{{{', '.join(sorted(map(repr, val)))}}}" if isinstance(val, set | frozenset) else None
