"""Commands in processes of their own at the cost of a fork: one process imports, and forks for each call."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

SERVER = """
import os, sys
from importlib import import_module
import json

main, *_ = [import_module(name) for name in sys.argv[1:]]
calls, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
for call in map(json.loads, iter(calls.readline, "")):
    child = os.fork()
    if not child:
        try:
            sys.argv = call["arguments"]
            os.chdir(call["folder"])
            for number, (name, flags) in enumerate(zip(call["files"], (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY))):
                os.dup2(os.open(name, flags), number)
            sys.stdin = open(0)
            main.main()
        finally:
            os.write(answers.fileno(), b"torch\\n" if "torch" in sys.modules else b"\\n")
        sys.exit()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=answers, flush=True)
"""


class Done(NamedTuple):
    """What a call came to, by the names of `subprocess.CompletedProcess`, and whether it imported torch."""

    returncode: int
    stdout: str
    stderr: str
    imported_torch: bool


class Forks:
    """`main()` of a module, called in a fork for each list of arguments."""

    def __init__(self, process: "subprocess.Popen[str]", program: str, folder: Path) -> None:
        self._process, self._program, self._folder = process, program, folder
        self._numbers = count()

    def __call__(self, *arguments: object, cwd: Path | None = None, input: str = "") -> Done:
        number = next(self._numbers)
        files = [self._folder / f"{number}.{stream}" for stream in ("stdin", "stdout", "stderr")]
        for path, content in zip(files, (input, "", ""), strict=True):
            path.write_text(content)
        call: dict[str, Any] = {
            "arguments": [self._program, *map(str, arguments)],
            "folder": str(cwd or Path.cwd()),
            "files": [str(path) for path in files],
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(call), file=self._process.stdin, flush=True)
        torch, code = (self._process.stdout.readline() for _ in range(2))
        return Done(int(code), files[1].read_text(), files[2].read_text(), torch == "torch\n")


@contextmanager
def forks_of(program: str, *modules: str) -> Iterator[Forks]:
    """`main` of the first module as a program; the other modules are imported beforehand."""
    command = [sys.executable, "-c", SERVER, *modules]
    with (
        TemporaryDirectory() as folder,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ
        ) as process,
    ):
        yield Forks(process, program, Path(folder))
        assert process.stdin is not None
        process.stdin.close()
