"""`python -m benchmarks [NAME …]`: run benchmarks and print their results as Markdown."""

import argparse
import shlex
import sys
from importlib import import_module

from benchmarks.surroundings import Options, Skipped, machine

# Memory and throughput first: what they measure is not to be weighed down by what the others load.
BENCHMARKS = (
    "memory",
    "throughput",
    "label_speed",
    "startup",
    "scale",
    "long_run",
    "caption_length",
    "label_quality",
    "single_captions",
    "caption_cases",
    "ablation",
    "background",
    "parser_quality",
    "relations",
    "mask_speed",
    "training_step",
    "predict_speed",
    "evaluation_speed",
    "exports",
    "walk",
    "synthetic_arms",
    "segmenter_arms",
    "real_arms",
    "real_masks",
    "panoptic",
    "single_stage",
    "refer_pooling",
    "refer_small",
    "refer_real",
)


def main() -> int:
    """Run the chosen benchmarks; those that lack what they need say so and are skipped."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHMARKS)}; none: all of them")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N captions: a rehearsal")
    parser.add_argument("--rounds", type=int, default=3, metavar="R", help="rounds of the throughput benchmark")
    parser.add_argument("--verbose", action="store_true", help="list what is wrong, where a benchmark can")
    arguments = parser.parse_args()
    for name in arguments.names:
        if name not in BENCHMARKS:
            parser.error(f"there is no benchmark {name!r} (there are: {', '.join(BENCHMARKS)})")
    options = Options(limit=arguments.limit, rounds=arguments.rounds, verbose=arguments.verbose)
    print(f"`{shlex.join(['python', '-m', 'benchmarks', *sys.argv[1:]])}`\n\n{machine()}", flush=True)
    for name in [name for name in BENCHMARKS if name in (arguments.names or BENCHMARKS)]:
        benchmark = import_module(f"benchmarks.{name}")
        print(f"\n## {name.replace('_', ' ').capitalize()}\n\n{(benchmark.__doc__ or '').strip()}\n", flush=True)
        try:
            for part in benchmark.report(options):
                print(part, end="\n\n", flush=True)
        except Skipped as reason:
            print(f"Skipped: {reason}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
