"""How many petitions (信访件) there are about a site and an issue, and how that is said."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from geo_rectify.tables import split_list

if TYPE_CHECKING:
    import pandas as pd


def petition_words(total: int, again: int) -> str:
    """Say how many petitions there are.

    Parameters
    ----------
    total
        All of them.
    again
        How many repeat an earlier one about the same site.

    Returns
    -------
    str
        For example 信访件3件（其中重复2件）; "" for none.
    """
    repeats = f"（其中重复{again}件）" if again else ""
    return f"信访件{total}件{repeats}" if total else ""


def by_site(petitions: pd.DataFrame) -> dict[str, str]:
    """Say it for each site that petitions are about.

    Parameters
    ----------
    petitions
        `tables.PETITIONS`.

    Returns
    -------
    dict
        Words by site_id.
    """
    times = Counter(site for site in petitions["site_id"] if site)
    return {site: petition_words(total, total - 1) for site, total in times.items()}


def by_issue(petitions: pd.DataFrame) -> dict[str, str]:
    """Say it for each issue whose sites petitions are about.

    Parameters
    ----------
    petitions
        `tables.PETITIONS`.

    Returns
    -------
    dict
        Words by issue key.
    """
    sites: dict[str, Counter[str]] = {}
    for site, cell in zip(petitions["site_id"], petitions["issue_numbers"], strict=True):
        for key in split_list(cell):
            sites.setdefault(key, Counter())[site] += 1
    return {
        key: petition_words(times.total(), times.total() - len(times))
        for key, times in sites.items()
    }
