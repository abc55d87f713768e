"""What is in the audit, in words: every action, what came of it, and where its reason stands."""

from plein_bot.domain.cases import Decision
from plein_bot.domain.protections import Protection
from plein_bot.domain.sentences import Sentence, say
from plein_bot.domain.settings import Setting

FOLLOWING = ".follow"
"""The end of an action in rooms that only follow the one that was named."""

_SETTING = "set."

_WORDS = {
    "account.create": say("account made by invitation"),
    "account.enter": say("new account let in"),
    "account.password": say("new password chosen"),
    "address.over": say("proof of an address lapsed"),
    "address.soon": say("told that an address lapses"),
    "archive": say("archived"),
    "audit.export": say("audit exported"),
    "audit.note": say("audit noted anew by the operator"),
    "author.add": say("made author"),
    "author.remove": say("no author any more"),
    "author.stray": say("message of somebody who is no author taken away"),
    "ban": say("shut out"),
    "ban.told": say("told of being shut out"),
    "case.decide": say("case decided"),
    "case.object": say("objected to what the staff did"),
    "case.open": say("case opened by a report"),
    "case.remind": say("staff reminded of cases that wait"),
    "case.reopen": say("case opened again"),
    "case.show": say("case looked at, with who reported it"),
    "consultation.tell": say("participants told of the outcome"),
    "depart.citizen": say("taken out, as citizens no longer take part"),
    "depart.organisation": say("taken out, as their organisation no longer takes part"),
    "depart.outsider": say("taken out, as outsiders no longer take part"),
    "digest.choose": say("chose how often to hear what is new"),
    "drift": say("put back as decided"),
    "file.arrange": say("file arranged"),
    "file.infected": say("file with a virus taken away"),
    "file.send": say("file sent to somebody apart"),
    "file.zip": say("zip of files made"),
    "files.overview": say("overview of files sent"),
    "group.create": say("group made"),
    "invitation.decline": say("invitation declined"),
    "invitation.expire": say("invitation expired"),
    "invitation.lapse": say("place of an invitation given back, as nobody came"),
    "invitation.resend": say("invitation mailed again"),
    "invitation.revoke": say("invitation taken back"),
    "invitation.use": say("invitation used"),
    "invite": say("invited"),
    "invite.link": say("link of invitation made"),
    "invite.mail": say("invited by e-mail"),
    "join": say("let in"),
    "leave": say("left"),
    "lower": say("made less open, with the subsite"),
    "mute": say("muted"),
    "organisation.put": say("organisation put in the register"),
    "organisation.remove": say("organisation taken out of the register"),
    "owner.appoint": say("new owner appointed by an operator"),
    "owner.due": say("operators told that there is no owner"),
    "owner.left": say("last owner invited back"),
    "policy.add": say("put on the policy list of the subsite"),
    "policy.apply": say("policy list applied"),
    "policy.away": say("policy list found unreadable"),
    "policy.back": say("policy list found readable again"),
    "policy.confirm": say("policy list confirmed"),
    "policy.follow": say("policy list followed"),
    "policy.publish": say("policy list of the subsite made"),
    "policy.remove": say("taken off the policy list of the subsite"),
    "policy.spare": say("spared whatever a policy list says"),
    "policy.try": say("policy list followed as a trial again"),
    "policy.unfollow": say("policy list let go of"),
    "poll.close": say("poll closed"),
    "poll.result": say("result of a poll told"),
    "post.close": say("comments of a post closed or opened"),
    "post.consult": say("asked to think along about a post"),
    "post.consult.end": say("thinking along about a post ended"),
    "post.create": say("post made"),
    "post.edit": say("post changed"),
    "post.expire": say("post withdrawn at its end"),
    "post.export": say("post exported"),
    "post.feature": say("post featured or no longer"),
    "post.move": say("post moved"),
    "post.outcome": say("outcome of a post told"),
    "post.outcome.change": say("outcome of a post changed"),
    "post.plan": say("post planned"),
    "post.title": say("title of a post changed"),
    "post.withdraw": say("post withdrawn"),
    "protection.calm": say("joining put back, as it was calm again"),
    "protection.flood": say("flood of messages stopped"),
    "protection.invitations": say("many invitations withdrawn"),
    "protection.joins": say("joining put on request, as many came at once"),
    "protection.links": say("link of a newcomer taken away"),
    "protection.media": say("picture or file of a newcomer taken away"),
    "protection.mentions": say("message with many mentions taken away"),
    "protection.set": say("protection set"),
    "reconcile": say("put right by the operator"),
    "redact": say("message taken away"),
    "remove": say("taken out"),
    "reopen": say("opened again"),
    "replace": say("went on in a new room"),
    "request.approve": say("request approved"),
    "request.deny": say("request turned down"),
    "request.expire": say("request lapsed"),
    "request.open": say("asked to take part"),
    "request.withdraw": say("request withdrawn"),
    "role.decline": say("ownership turned down"),
    "role.expire": say("offer of ownership lapsed"),
    "role.give": say("role given"),
    "role.lose": say("role ended by leaving"),
    "role.offer": say("ownership offered"),
    "sanction.strike": say("sanction taken back"),
    "servers.follow": say("servers brought in line with the register"),
    "servers.out": say("taken out, as their homeserver no longer takes part"),
    "set.picture": say("picture of the place changed"),
    "set.pinned": say("pinned messages changed"),
    "subsite.create": say("subsite started"),
    "unban": say("let in again after a ban"),
    "unmute": say("allowed to speak again"),
    "verify": say("address proven"),
    "verify.send": say("code sent to an address"),
    "warn": say("warned"),
    "web.link": say("link to sign in on the web given"),
    "web.sign-in": say("signed in on the web"),
    "web.sign-out": say("signed out on the web"),
}


def has_words(action: str) -> bool:
    return _words(action) is not None


def in_words(action: str) -> Sentence:
    """What was done. Of an action from another version of Plein its code."""
    return _words(action) or say("“{action}”", action=action)


def _words(action: str) -> Sentence | None:
    if action in _WORDS:
        return _WORDS[action]
    if action.endswith(FOLLOWING) and (first := _words(action.removesuffix(FOLLOWING))):
        return say("{action}, along with the subsite", action=first)
    if action.startswith(_SETTING) and (name := action.removeprefix(_SETTING)) in set(Setting):
        return say("setting “{setting}” changed", setting=Setting(name))
    return None


def outcome_in_words(outcome: str) -> Sentence | None:
    """What came of it, where it is not simply done."""
    match outcome:
        case "done" | "anew":
            return None
        case "begun":
            return say("not finished")
        case "rule":
            return say("because of the settings")
        case _ if outcome.upper() in Decision.__members__:
            return say("{decision}", decision=Decision[outcome.upper()])
        case _ if outcome.isupper():
            return say("refused by the homeserver ({code})", code=outcome)
        case _:
            return say("“{outcome}”", outcome=outcome)


def reason_in_words(why: str) -> Sentence | None:
    """Where the reason stands; the reason itself is not in the audit."""
    kind, _, what = why.partition(":")
    match kind:
        case "":
            return None
        case "request":
            return say("request {number}", number=what)
        case "invitation":
            return say("invitation {number}", number=what)
        case "sanction":
            return say("sanction {number}", number=what)
        case "case":
            return say("case {number}", number=what)
        case "policy":
            return say("policy list {room}", room=what)
        case "protection":
            name = Protection(what) if what in set(Protection) else what
            return say("protection “{name}”", name=name)
        case _:
            return say("“{why}”", why=why)
