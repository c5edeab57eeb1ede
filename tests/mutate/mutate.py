#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""How many small faults do the process-level tests see?

    mutate.py [--sample N] [--seed S] [--jobs J] [--list] [FILE...]

Plants faults in the core (plant.py; all of core/, or the FILEs), builds the unit tests once with all of
them asleep, notes which test comes by which, and then wakes one after the other: it is caught when one
of the tests that come by fails. What survives is printed, and what `survivors' gives a reason for is set
aside. The status is 0 when at least 85 % of the others were caught.

    --sample N  only N of them, by chance; --seed S: the same ones again
    --list      name the faults and end"""

import argparse
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import plant

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "mutate"
TREE = BUILD / "tree"  # links to the sources, and the planted ones in their place
UNIT = BUILD / "unit" / "unit"
SEEDS = ["--seed", "1", "--seeds", "20"]  # of a test that runs from seeds: few, and the same each time
GOAL = 85  # per cent
INCLUDES = ["core", "sim/include", "sim", "."]
MAX_MUTANTS = 1 << 20  # as in mutant.c
ENVIRONMENT = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")


def make_tree():
    shutil.rmtree(TREE, ignore_errors=True)
    TREE.mkdir(parents=True)
    for name in subprocess.run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard"], check=True,
                               text=True, capture_output=True).stdout.split("\n"):
        if name and (ROOT / name).is_file():
            (TREE / name).parent.mkdir(parents=True, exist_ok=True)
            (TREE / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "tests/mutate/mutant.c", TREE / "sim/mutant.c")


def plant_all(files):
    """The faults, by number; the planted files are in the tree."""
    arguments = ["-std=gnu11"] + [f"-I{ROOT / directory}" for directory in INCLUDES]
    mutants, first = {}, 1
    for name in files:
        text, planted = plant.plant(str(ROOT / name), arguments, first)
        (TREE / name).unlink()
        (TREE / name).write_bytes(text)
        mutants.update({m.number: m._replace(file=name) for m in planted})
        first += len(planted)
    if first > MAX_MUTANTS:
        sys.exit("mutate: more faults than mutant.c has room for")
    return mutants


def build(jobs):
    flags = f"-std=gnu11 -w -g -O1 -include {ROOT}/tests/mutate/mutant.h"
    made = subprocess.run(["make", "-s", f"-j{jobs}", "-C", TREE / "tests/unit", f"OUT={UNIT.parent}",
                           f"CFLAGS={flags} -fsanitize=address,undefined -fno-sanitize-recover=all"])
    if made.returncode:
        sys.exit("mutate: the planted sources do not compile")


def run_test(name, environment, limit):
    """Did it pass? One that takes far longer than usual did not."""
    process = subprocess.Popen([UNIT, *SEEDS, "=" + name], env=environment, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        return process.wait(timeout=limit) == 0
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.wait()
        return False


def measure(name):
    """(test, seconds, the numbers of the faults that it comes by) of the sources as they are."""
    with tempfile.NamedTemporaryFile() as reach:
        reach.truncate(MAX_MUTANTS)
        start = time.monotonic()
        if not run_test(name, dict(ENVIRONMENT, MUTANT_REACH=reach.name), 600):
            sys.exit(f"mutate: {name} fails without a fault")
        seconds = time.monotonic() - start
        data = reach.read()
        return name, seconds, {match.start() for match in re.finditer(b"\x01", data)}


def tests_of(jobs):
    listed = subprocess.run([UNIT, "-l"], check=True, text=True, capture_output=True).stdout
    names = [line.split(": ")[1] for line in listed.splitlines()]
    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(measure, names))


def try_mutant(number, tests):
    """The test that fails with this fault awake, or None. Those that do little else come first."""
    come_by = [test for test in tests if number in test[2]]
    environment = dict(ENVIRONMENT, MUTANT=str(number))
    for name, seconds, _ in sorted(come_by, key=lambda test: len(test[2])):
        if not run_test(name, environment, 5 + 20 * seconds):
            return name
    return None


def reasons():
    """{"file function what": why}: a line for the fault, and a line that begins with a tab for the reason."""
    result, key = {}, None
    for line in (ROOT / "tests/mutate/survivors").read_text().splitlines():
        if line.startswith("\t") and key:
            result[key] = line.strip()
        elif line and not line.startswith("#"):
            key = line
    return result


def key_of(mutant):
    return f"{mutant.file} {mutant.function}() {mutant.what}"


def chosen_files(arguments):
    if arguments.files:
        return [str(pathlib.Path(name).resolve().relative_to(ROOT)) for name in arguments.files]
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / "core").rglob("*.c"))


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="*", metavar="FILE")
    parser.add_argument("--sample", type=int, default=0, metavar="N")
    parser.add_argument("--seed", type=int, default=None, metavar="S")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="J")
    parser.add_argument("--list", action="store_true")
    return parser.parse_args()


def sample(numbers, arguments):
    if not arguments.sample or arguments.sample >= len(numbers):
        return numbers
    seed = arguments.seed if arguments.seed is not None else random.randrange(1 << 32)
    print(f"a sample of {arguments.sample}: --seed {seed}")
    return sorted(random.Random(seed).sample(numbers, arguments.sample))


def report(mutants, results):
    """Prints what survived; gives the share that was caught of those without a reason."""
    known, asked, caught = reasons(), 0, 0
    by_folder = {}
    for number, killer in results.items():
        mutant = mutants[number]
        if killer is None and key_of(mutant) in known:
            continue
        asked += 1
        caught += killer is not None
        folder = by_folder.setdefault(os.path.dirname(mutant.file), [0, 0])
        folder[0] += killer is not None
        folder[1] += 1
        if killer is None:
            print(f"survives: {mutant.file}:{mutant.line}: {mutant.function}() {mutant.what}")
    for name, (hits, count) in sorted(by_folder.items()):
        print(f"{name}: {hits} of {count}")
    share = 100 * caught / asked if asked else 100
    print(f"{caught} of {asked} caught ({share:.1f} %), {len(results) - asked} survive with a reason")
    return share


def main():
    arguments = parse()
    BUILD.mkdir(parents=True, exist_ok=True)
    make_tree()
    mutants = plant_all(chosen_files(arguments))
    if arguments.list:
        for mutant in mutants.values():
            print(key_of(mutant))
        return 0
    print(f"{len(mutants)} faults; building", flush=True)
    build(arguments.jobs)
    tests = tests_of(arguments.jobs)
    numbers = sample(list(mutants), arguments)
    with ThreadPoolExecutor(arguments.jobs) as pool:
        results = dict(zip(numbers, pool.map(lambda number: try_mutant(number, tests), numbers)))
    return 0 if report(mutants, results) >= GOAL else 1


sys.exit(main())
