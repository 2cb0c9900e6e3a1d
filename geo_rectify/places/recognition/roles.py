"""What a mention does in its sentence: site, extent, container, actor, reference."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from geo_rectify.places.recognition.drafts import ADMIN_KINDS, Draft
from geo_rectify.places.recognition.enumerations import enumerations
from geo_rectify.places.recognition.surroundings import before, sentence_span
from geo_rectify.vocabulary import PlaceType, Role

if TYPE_CHECKING:
    from geo_rectify.places.recognition.drafts import Scene
    from geo_rectify.places.recognition.lexicon import Context

_BUILT: Final = re.compile(r"(?:已建成|已建|现有|原有|新建)?的?")
_LISTED: Final = re.compile(r"[^，。；：、（）]{0,8}（")
_STRETCH: Final = re.compile(r"^(?:[^，。；迁搬移运送排转流]{0,3})[至到]$")
_DASH: Final = re.compile(r"^(?:[—–－~～-]{1,2})$")
_CONTAINED_BY: Final = ADMIN_KINDS | {
    PlaceType.DEV_ZONE,
    PlaceType.TOWNSHIP,
    PlaceType.VILLAGE,
    PlaceType.INDUSTRIAL_PARK,
    PlaceType.NATURE_RESERVE,
    PlaceType.FOREST_PARK,
    PlaceType.PARK_SCENIC,
}
_ACTING_AREAS: Final = ADMIN_KINDS | {PlaceType.DEV_ZONE, PlaceType.TOWNSHIP}
_BODY: Final = "body"
_MEASURE: Final = "measure"
_OPENS: Final = frozenset(["", *"．.、，。；）)："])
_AHEAD: Final = 12
_CITY_AREAS: Final = ("城区", "建成区", "老城")


def assign_roles(scene: Scene, context: Context) -> None:
    """Give every draft of a passage its role.

    Parameters
    ----------
    scene
        The passage; its drafts are changed in place.
    context
        The patterns.
    """
    chosen = [d for d in scene.drafts if d.role is not Role.TITLE_OR_UNIT]
    stretches(scene.text, chosen, context)
    for index, draft in enumerate(chosen):
        following = chosen[index + 1] if index + 1 < len(chosen) else None
        draft.role = _role(
            scene.text, draft, following, chosen[index + 1 : index + _AHEAD], context
        )
        if (draft.role is Role.EXTENT or draft.kind is PlaceType.TOWNSHIP) and _does_it(
            scene, draft, context
        ):
            draft.role = Role.ACTOR
        told = scene.field != _BODY or context.trouble.search(scene.text, *_ahead(draft))
        if draft.role is Role.EXTENT and draft.kind is PlaceType.PREFECTURE and not told:
            # A report tells of its city on every line: an extent only where something is amiss.
            draft.role = Role.REFERENCE
        spoken_of = scene.field == _BODY and draft.kind is PlaceType.FACTORY
        if spoken_of and draft.role is Role.SITE:
            # Firms of the city are praised in reports: a site only where work or trouble is told.
            told_there = context.worked_at.match(scene.text, draft.end)
            draft.role = Role.SITE if told_there else Role.REFERENCE
    _in_lists(scene)


def _in_lists(scene: Scene) -> None:
    """Let the members of a list do what its last one does."""
    for run in enumerations(scene):
        last = run[-1]
        if last.role is Role.CONTAINER and last.relation and last.kind not in ADMIN_KINDS:
            for draft in run:
                if draft.role is Role.SITE:
                    draft.role = Role.CONTAINER
        acting = {draft.role for draft in run if draft.kind in ADMIN_KINDS}
        if len(acting) > 1 and all(draft.kind in ADMIN_KINDS for draft in run):
            for draft in run:
                draft.role = last.role


def _does_it(scene: Scene, draft: Draft, context: Context) -> bool:
    """Say whether an area at the head of a measure or of a clause in it does what follows."""
    if not scene.field.startswith(_MEASURE) or draft.kind not in _ACTING_AREAS or draft.relation:
        return False
    before_it = scene.text[max(0, draft.start - 1) : draft.start]
    listed = before_it == "、" and draft.kind is PlaceType.TOWNSHIP
    return (
        before_it in _OPENS and not listed and context.does.match(scene.text, draft.end) is not None
    )


def _ahead(draft: Draft) -> tuple[int, int]:
    return draft.end, draft.end + _AHEAD


def stretches(text: str, drafts: list[Draft], context: Context) -> None:
    """Mark the ends of a stretch: A大道至B大道, 从A桥到B断面, A村至B桥段.

    Parameters
    ----------
    text
        The passage.
    drafts
        Its drafts in order, changed in place.
    context
        The patterns.
    """
    for first, after in pairwise(drafts):
        between = text[first.end : after.start]
        said = context.stretch.match(text, after.end) is not None
        alike = first.kind is after.kind or context.stretch_from.search(before(text, first.start))
        if (_STRETCH.match(between) and (said or alike)) or (_DASH.match(between) and said):
            first.relation, after.relation = "起点", "终点"


def _role(
    text: str, draft: Draft, following: Draft | None, rest: list[Draft], context: Context
) -> Role:
    if following is not None and _contains(text, draft, following, context):
        return Role.CONTAINER
    if draft.kind in context.actor_types and _acts_on_a_place(text, draft, rest, context):
        return Role.ACTOR
    if draft.kind in _ACTING_AREAS and (not draft.prefix or draft.kind is PlaceType.DEV_ZONE):
        acting = _area_role(text, draft, context)
        if acting is not None:
            return acting
    if draft.kind in ADMIN_KINDS or draft.kind is PlaceType.DEV_ZONE:
        return Role.REFERENCE if draft.kind is PlaceType.PROVINCE else Role.EXTENT
    if draft.prefix and draft.kind is PlaceType.CATCHMENT and draft.head.endswith(_CITY_AREAS):
        return Role.EXTENT
    return Role.SITE


def _area_role(text: str, draft: Draft, context: Context) -> Role | None:
    """Read an area as actor or reference from the words beside it, None where neither."""
    if context.between.match(text, draft.end):
        return None
    if context.reference_before.search(before(text, draft.start)):
        return Role.REFERENCE
    if context.reference_after.match(text, draft.end):
        return Role.REFERENCE
    if before(text, draft.start).endswith("对"):
        return None
    if context.actor.match(text, draft.end) or context.actor_before.search(
        before(text, draft.start)
    ):
        return Role.ACTOR
    return None


def _contains(text: str, draft: Draft, following: Draft, context: Context) -> bool:
    """Say whether a name only anchors the one that follows."""
    between = text[draft.end : following.start]
    area = draft.kind in _CONTAINED_BY
    if draft.relation in {"起点", "终点"} or not (following.named or area):
        return False
    listed = draft.kind not in ADMIN_KINDS
    if draft.relation and between.startswith(draft.relation):
        between = between[len(draft.relation) :]
        area = listed = True
    elif following.kind in ADMIN_KINDS and draft.kind not in ADMIN_KINDS:
        return False
    if area and (between == "“" or context.link.fullmatch(between)):
        return True
    if draft.relation and _BUILT.fullmatch(between):
        return True
    return listed and _LISTED.fullmatch(between) is not None


def _acts_on_a_place(text: str, draft: Draft, rest: list[Draft], context: Context) -> bool:
    """Say whether a firm or forest farm does something to another place."""
    if context.actor_before.search(before(text, draft.start)):
        return True
    if not context.acts_on.match(text, draft.end):
        return False
    if draft.kind is PlaceType.FOREST_FARM:
        return True
    _, end = sentence_span(text, draft.start, draft.end)
    return any(other.start < end and other.kind is not PlaceType.FACTORY for other in rest)
