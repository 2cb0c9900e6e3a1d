"""What comes back from the field in the files of phones, and how it becomes corrections."""

from geo_rectify.places.returns.proposing import PHOTO_M, WITHIN_M, Change, Proposal, propose
from geo_rectify.places.returns.reading import read_returns, with_datum, without_datum
from geo_rectify.places.returns.records import Medium, Returned
from geo_rectify.places.returns.writing import write_proposal

__all__ = [
    "PHOTO_M",
    "WITHIN_M",
    "Change",
    "Medium",
    "Proposal",
    "Returned",
    "propose",
    "read_returns",
    "with_datum",
    "without_datum",
    "write_proposal",
]
