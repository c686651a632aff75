"""Times Ocellus and its peers on the CPU, and prints a table in Markdown.

    make bench                                          all rows; some 25 minutes
    make bench ARGUMENTS="--only gemm pipeline --quick"

The entrants of a row run alternately, each in a process of its own, on the same cores, so that whatever else the
machine does meets all. A figure is the median of the rounds, each itself a median; a ratio is the median of the rounds' ratios.
Memory is the largest resident size of the process, as the kernel counts it.
"""

import argparse
import os
import sys
import tempfile
import time

from processes import Failure, Files, measure
from rows import all_rows
from table import markdown


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="ROW", help="rows whose names hold one of these words; see --list")
    parser.add_argument("--list", action="store_true", help="print the rows' names")
    parser.add_argument("--quick", action="store_true", help="one round of short measurements: to try it")
    parser.add_argument("--threads", type=int, help="default: every core")
    parser.add_argument("--rounds", type=int, help="default: 3")
    parser.add_argument("--seconds", type=float, help="length of one measurement (default: 3)")
    return parser.parse_args()


def time_row(row, files, cores, rounds, seconds):
    """The rounds' measurements by the entrant's name; those that failed are left out."""
    results = {}
    for number in range(rounds):
        for entrant in row.entrants:
            if number > 0 and entrant.name not in results:
                continue
            own = set(sorted(cores)[: entrant.threads or len(cores)])
            try:
                files.make_for(entrant.command, cores)
                result = measure(row, entrant, own, seconds)
            except (Failure, ValueError, KeyError, IndexError) as error:
                results.pop(entrant.name, None)
                print(f"{row.name}: {entrant.name} failed: {error}", file=sys.stderr)
                continue
            results.setdefault(entrant.name, []).append(result)
            print(
                f"{row.name}, round {number + 1} of {rounds}: {entrant.name} {result.value:.1f} {row.unit}, "
                f"{result.memory:.0f} MB",
                file=sys.stderr,
            )
    return results


def main():
    options = arguments()
    available = sorted(os.sched_getaffinity(0))
    threads = options.threads or len(available)
    if threads > len(available):
        sys.exit(f"benchmarks: --threads {threads}, but there are {len(available)} cores")
    cores = set(available[:threads])
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="ocellus-bench-") as folder:
        files = Files(folder)
        rows = all_rows(files, threads)
        if options.only:
            rows = [row for row in rows if any(word in row.name for word in options.only)]
            if not rows:
                sys.exit(f"benchmarks: no row's name holds {' or '.join(options.only)}; see --list")
        if options.list:
            print("\n".join(row.name for row in rows))
            return
        rounds = options.rounds or (1 if options.quick else 3)
        seconds = options.seconds or (1 if options.quick else 3)
        results = [time_row(row, files, cores, rounds, seconds) for row in rows]
    print(markdown(rows, results, threads, rounds, time.perf_counter() - start))
    if any(len(result) < len(row.entrants) for row, result in zip(rows, results)):
        sys.exit("benchmarks: some measurements failed (see above)")


main()
