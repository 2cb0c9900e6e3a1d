"""Finding the places a plan names: words, spans, kinds, roles and counties."""

from geo_rectify.places.recognition.finding import GazetteerNames, find_mentions

__all__ = ["GazetteerNames", "find_mentions"]
