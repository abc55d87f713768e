"""What follows when a setting of a place changes: for its groups too, and whether to ask first."""

from dataclasses import dataclass, replace

from plein_bot.domain.archives import refuse_archived
from plein_bot.domain.errors import Refusal
from plein_bot.domain.openness import fitting_joining, refuse_impossible
from plein_bot.domain.people import Role
from plein_bot.domain.places import MEMBERS_GROUP, Joining, Place, Visibility
from plein_bot.domain.sentences import say
from plein_bot.domain.settings import Setting
from plein_bot.domain.slugs import RESERVED
from plein_bot.domain.standing import Standing
from plein_bot.domain.subsites import refuse_opening_up


@dataclass(frozen=True, slots=True)
class Change:
    """One place before and after. `members` is how many take part in it now."""

    before: Place
    after: Place
    members: int = 0

    @property
    def opens(self) -> bool:
        return self.after.settings.visibility.openness > self.before.settings.visibility.openness

    @property
    def closes(self) -> bool:
        return self.after.settings.visibility.openness < self.before.settings.visibility.openness

    @property
    def renames(self) -> bool:
        """Whether an address that people know stops working."""
        listed = self.before.settings.visibility in (Visibility.PUBLIC, Visibility.LISTED)
        return listed and self.after.path != self.before.path

    @property
    def unseals(self) -> bool:
        """Whether what is encrypted will also stand readable in Plein's database."""
        after = self.after.settings
        return after.encrypted and after.index and not self.before.settings.index

    @property
    def admits_more(self) -> bool:
        """Whether people can come in who could not, or had to ask."""
        before, after = self.before, self.after
        if after.citizens_allowed and not before.citizens_allowed:
            return True
        was, becomes = before.settings.joining, after.settings.joining
        others_walk_in = becomes in _FOR_SOME and (
            was is not becomes
            or not {*after.settings.organisations} <= {*before.settings.organisations}
        )
        return _EASE[becomes] > _EASE[was] or (was is not Joining.OPEN and others_walk_in)


_EASE = {
    Joining.INVITE: 0,
    Joining.REQUEST: 1,
    Joining.ORGANISATION: 2,
    Joining.MEMBERS: 2,
    Joining.OPEN: 3,
}

_FOR_SOME = (Joining.ORGANISATION, Joining.MEMBERS)


def decide(
    standing: Standing, after: Place, setting: Setting, groups: tuple[Place, ...]
) -> tuple[Change, ...]:
    """All places that change, the one that was named first; none where nothing would.

    Groups above a lowered cap come down with it (design 5.2); nothing comes up by itself.
    """
    standing.require(Role.ADMIN)
    before = standing.place
    refuse_archived(before)
    if after == before:
        return ()
    _refuse_meaningless(before, setting)
    if setting is Setting.CAP:
        standing.require(Role.OWNER)
    refuse_impossible(after)
    if after.cap.openness > before.cap.openness:
        refuse_opening_up(after, standing.person)
    changes = [Change(before, after)]
    if before.is_subsite:
        changes += [
            Change(group, lowered)
            for group in groups
            if (lowered := lower_to_cap(replace(group, subsite=after))).settings != group.settings
        ]
    return tuple(changes)


def _refuse_meaningless(place: Place, setting: Setting) -> None:
    if setting is Setting.CAP and not place.is_subsite:
        raise Refusal(
            say(
                "Only a subsite has a cap. Name the subsite: `set {slug} cap …`.",
                slug=place.root.slug,
            )
        )
    if setting is Setting.INDEX and not place.settings.encrypted:
        raise Refusal(
            say(
                "Only an encrypted group has this setting. What is said in {place} can be found "
                "already, by whoever may read it.",
                place=place.full_name,
            )
        )
    if setting is Setting.OVERVIEW and place.is_subsite:
        raise Refusal(
            say(
                "An overview stands in the room of a group, and a subsite is none. Name a group: "
                "`set {path} overview yes`.",
                path=f"{place.slug}/{MEMBERS_GROUP}",
            )
        )
    if setting is Setting.SLUG and not place.is_subsite and place.slug in RESERVED:
        raise Refusal(
            say(
                "{place} keeps its short name: it is the same in each subsite. "
                "Its name may change: `set {path} name …`.",
                place=place.full_name,
                path=place.path,
            )
        )


def refuse_fresh(setting: Setting) -> None:
    if setting is not Setting.VISIBILITY:
        raise Refusal(
            say(
                "`--fresh` goes with visibility only. "
                "For a new room as it is now there is `upgrade <place>`."
            )
        )


def lower_to_cap(group: Place) -> Place:
    """The group as its subsite allows it: no more open than the cap, nothing in sight if hidden."""
    highest = group.cap
    if group.root.settings.visibility is Visibility.HIDDEN:
        highest = min(highest, Visibility.MEMBERS, key=lambda v: v.openness)
    settings = group.settings
    if settings.visibility.openness <= highest.openness:
        return group
    joining = fitting_joining(highest, settings.joining)
    return group.with_settings(replace(settings, visibility=highest, joining=joining))
