"""Print how well places are recognised in the annotated passages, and what it costs.

Usage: python benchmarks/recognition.py [--issues 125 250 500] [--sets cities provinces prose held-out more blind]

The passages are those of ``tests/mentions_gold*.py``. For the cost they are strung together to
plans of the given numbers of issues, with a rare character before every mark of punctuation so
that no clause is met twice; the goal is 10,000 mentions in 5 s, twice the text in twice the time.
"""

from __future__ import annotations

import argparse
import itertools
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from geo_rectify.places.recognition import find_mentions
from tests.mentions_cases import plan_of
from tests.mentions_gold import CITIES, read_marks
from tests.mentions_gold_blind import BLIND
from tests.mentions_gold_blind_more import MORE_BLIND
from tests.mentions_gold_held_out import HELD_OUT
from tests.mentions_gold_more import MORE
from tests.mentions_gold_prose import PROSE
from tests.mentions_gold_provinces import PROVINCES
from tests.test_places_mentions_gold import compare, f1

SETS = {
    "cities": CITIES,
    "provinces": PROVINCES,
    "prose": PROSE,
    "held-out": HELD_OUT,
    "more": MORE,
    "blind": BLIND | MORE_BLIND,
}
_RARE = 0x3400


def accuracy(name: str) -> str:
    """Give the figures of one set of passages.

    Parameters
    ----------
    name
        Which set.

    Returns
    -------
    str
        One line.
    """
    pairs = [compare(*passages) for passages in SETS[name].values()]
    both = [
        (found[span], kind)
        for found, annotated in pairs
        for span, (kind, _, _) in annotated.items()
        if span in found
    ]
    annotated = sum(len(wanted) for _, wanted in pairs)
    kinds = sum(mention.type.value == kind for mention, kind in both) / len(both)
    return (
        f"{name:<10} {len(pairs):>3} passages {annotated:>5} places   "
        f"exact F1 {f1(pairs):.3f}   kind right {kinds:.3f}"
    )


def seconds(issues: int) -> tuple[int, int, float]:
    """Recognise a plan of so many issues.

    Parameters
    ----------
    issues
        How many.

    Returns
    -------
    tuple
        Characters, mentions and processor seconds.
    """
    passages = itertools.cycle([*CITIES.values(), *PROVINCES.values(), *PROSE.values()])
    made = []
    for number, (_, problem, measures) in zip(range(issues), passages, strict=False):
        mark = chr(_RARE + number)
        problem_text, *texts = (
            re.sub("(?=[，。；、])", mark, read_marks(words).text)
            for words in (problem, *(words for words, _ in measures))
        )
        units = [of for _, of in measures]
        made.append((problem_text, list(zip(texts, units, strict=True))))
    plan = plan_of("岳阳市生态环境保护督察反馈问题整改方案", *made)
    begun = time.process_time()
    mentions = find_mentions(plan)
    return len(plan.text), len(mentions), time.process_time() - begun


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", nargs="*", type=int, default=[125, 250, 500])
    parser.add_argument("--sets", nargs="*", choices=sorted(SETS), default=list(SETS))
    arguments = parser.parse_args()
    for name in arguments.sets:
        print(accuracy(name))
    seconds(1)
    for issues in arguments.issues:
        characters, mentions, spent = seconds(issues)
        print(
            f"{issues:>4} issues {characters:>7} characters {mentions:>6} mentions {spent:6.2f} s   "
            f"{10_000 * spent / mentions:5.2f} s for 10,000 mentions"
        )


if __name__ == "__main__":
    main()
