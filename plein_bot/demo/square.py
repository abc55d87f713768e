"""The example square, as data: invented people in a region where real work is done like this."""

from dataclasses import dataclass

from plein_bot.domain.people import Organisation, OrganisationKind, PersonClass
from plein_bot.domain.places import Joining, Posting, Settings, Visibility

GOVERNMENT, PARTNER = OrganisationKind.GOVERNMENT, OrganisationKind.PARTNER


@dataclass(frozen=True, slots=True)
class Inhabitant:
    """Somebody on the square. `login` is the first part of the Matrix ID."""

    login: str
    name: str
    organisation: Organisation | None = None
    operator: bool = False

    @property
    def person_class(self) -> PersonClass:
        if self.organisation is None:
            return PersonClass.CITIZEN
        official = self.organisation.kind is GOVERNMENT
        return PersonClass.OFFICIAL if official else PersonClass.PARTNER

    @property
    def address(self) -> str | None:
        """The e-mail address that they proved; a citizen proves none."""
        return f"{self.login}@{self.organisation.domains[0]}" if self.organisation else None


@dataclass(frozen=True, slots=True)
class Poll:
    """`votes` are who chose which of the answers, counted from 0."""

    question: str
    answers: tuple[str, ...]
    votes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A post; `comments` are who said what about it.

    `consult` is how long people can think along, as its author types it; a `poll` stands under it.
    """

    login: str
    title: str
    text: str
    comments: tuple[tuple[str, str], ...] = ()
    consult: str | None = None
    poll: Poll | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """`members` are logins of people in the subsite; `said` are who said what, in order.

    `files` are who sent which of those in `files/`.
    """

    slug: str
    name: str
    topic: str
    settings: Settings
    members: tuple[str, ...]
    said: tuple[tuple[str, str], ...] = ()
    posts: tuple[Written, ...] = ()
    files: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Subsite:
    """`owner` starts it, `members` are in it, and who `waits` asked to be, each with a reason.

    `said` is in the group of all members, `posts` are in the one for everybody.
    """

    slug: str
    name: str
    topic: str
    settings: Settings
    owner: str
    members: tuple[str, ...]
    groups: tuple[Group, ...]
    waits: tuple[tuple[str, str], ...] = ()
    said: tuple[tuple[str, str], ...] = ()
    posts: tuple[Written, ...] = ()


def _organisation(slug: str, name: str, kind: OrganisationKind) -> Organisation:
    return Organisation(slug, name, kind, domains=(f"{slug}.example",))


ZAANSTAD = _organisation("zaanstad", "gemeente Zaanstad", GOVERNMENT)
PURMEREND = _organisation("purmerend", "gemeente Purmerend", GOVERNMENT)
OOSTZAAN = _organisation("oostzaan", "gemeente Oostzaan", GOVERNMENT)
UWV = _organisation("uwv", "UWV", GOVERNMENT)
WERKSAAM = _organisation("werksaam", "WerkSaam", PARTNER)
JEUGDHULP = _organisation("jeugdhulp", "Stichting Jeugdhulp Zaan", PARTNER)
BUURTWERK = _organisation("buurtwerk", "Buurtwerk De Poel", PARTNER)

ORGANISATIONS = (ZAANSTAD, PURMEREND, OOSTZAAN, UWV, WERKSAAM, JEUGDHULP, BUURTWERK)

PEOPLE = (
    Inhabitant("sanne", "Sanne de Vries", ZAANSTAD),
    Inhabitant("pieter", "Pieter Jansen", ZAANSTAD),
    Inhabitant("joost", "Joost Bakker", PURMEREND),
    Inhabitant("daan", "Daan Visser", PURMEREND),
    Inhabitant("fatima", "Fatima el Amrani", OOSTZAAN),
    Inhabitant("meryem", "Meryem Yildiz", UWV),
    Inhabitant("lotte", "Lotte Smit", WERKSAAM),
    Inhabitant("ruben", "Ruben Meijer", JEUGDHULP),
    Inhabitant("chantal", "Chantal Pinas", BUURTWERK),
    Inhabitant("willem", "Willem de Boer"),
    Inhabitant("aisha", "Aïsha Bouzid"),
    Inhabitant("jan", "Jan Kuiper"),
    Inhabitant("ingrid", "Ingrid Mulder", ZAANSTAD, operator=True),
)

LISTED_ON_REQUEST = Settings(Visibility.LISTED, Joining.REQUEST)
FOR_MEMBERS = Settings(Visibility.MEMBERS, Joining.OPEN)
ON_REQUEST = Settings(Visibility.MEMBERS, Joining.REQUEST)
BY_INVITATION = Settings(Visibility.HIDDEN, Joining.INVITE)
FOR_EVERYBODY = Settings(Visibility.PUBLIC, Joining.OPEN, citizens=True)

ZAANSTREEK = Subsite(
    "zaanstreek",
    "Zaanstreek",
    "Samen klaar voor de decentralisatie van zorg, jeugd en werk",
    LISTED_ON_REQUEST,
    owner="sanne",
    members=("sanne", "pieter", "fatima", "meryem", "lotte", "ruben"),
    said=(
        ("sanne", "Welkom allemaal. Per thema is er een groep; doe mee waar u aan werkt."),
        ("fatima", "Fijn. Oostzaan doet in elk geval mee met Toegang en met Inkoop."),
    ),
    waits=(("daan", "Ik maak voor Purmerend de begroting van de jeugdhulp"),),
    groups=(
        Group(
            "jeugdzorg",
            "Jeugdzorg",
            "Van provincie en zorgverzekeraar naar de gemeenten",
            FOR_MEMBERS,
            ("sanne", "fatima", "ruben"),
            (
                ("ruben", "Het overzicht van de lopende trajecten is klaar: 214 kinderen."),
                ("sanne", "Dank. Dan rekenen wij door wat dat per gemeente betekent."),
            ),
            files=(
                ("sanne", "Regioplan jeugdzorg.odt"),
                ("ruben", "Wachttijden jeugdhulp.csv"),
            ),
        ),
        Group(
            "werk",
            "Werk en inkomen",
            "Participatie, beschut werk en de werkgevers",
            FOR_MEMBERS,
            ("pieter", "meryem", "lotte"),
            (("lotte", "Wie heeft de cijfers van beschut werk over het eerste kwartaal?"),),
        ),
        Group(
            "zorg",
            "Zorg en ondersteuning",
            "Begeleiding, dagbesteding en huishoudelijke hulp",
            FOR_MEMBERS,
            ("sanne", "fatima"),
        ),
        Group(
            "toegang",
            "Toegang en wijkteams",
            "Eén ingang voor wie hulp zoekt",
            FOR_MEMBERS,
            ("fatima", "ruben", "pieter"),
            (("pieter", "Het wijkteam Poelenburg begint op 1 maart."),),
            (
                Written(
                    "fatima",
                    "Wat wij leerden van het wijkteam in Woudenberg",
                    """Vorige week was ik met Ruben in Woudenberg. #wijkteams #toegang

## Eén tafel

Alle aanvragen komen aan **één tafel**: zorg, jeugd en werk zitten naast elkaar. Wie belt, vertelt
zijn verhaal maar één keer.

## Wat wij meenemen

1. Begin klein, met twintig gezinnen.
2. Spreek af wie de leiding heeft.
3. Meet hoe lang mensen wachten.""",
                    (("pieter", "Dit nemen wij mee voor Poelenburg. Hoe lang wacht men daar nu?"),),
                ),
            ),
        ),
        Group(
            "inkoop",
            "Inkoop",
            "Contracten met aanbieders",
            ON_REQUEST,
            ("sanne", "fatima", "pieter"),
        ),
        Group("geld", "Geld en risico", "Budgetten en verevening", ON_REQUEST, ("sanne", "pieter")),
        Group(
            "gegevens",
            "Gegevens en ICT",
            "Wat wij delen, hoe, en wat niet",
            FOR_MEMBERS,
            ("pieter", "meryem"),
        ),
        Group(
            "kwaliteit",
            "Kwaliteit en toezicht",
            "Waaraan wij zien of het goed gaat",
            FOR_MEMBERS,
            ("fatima", "ruben"),
        ),
        Group(
            "communicatie",
            "Communicatie",
            "Wat inwoners horen, en wanneer",
            FOR_MEMBERS,
            ("sanne", "lotte"),
        ),
        Group(
            "bestuur",
            "Bestuurlijk overleg",
            "Voorbereiding van het overleg van de wethouders",
            BY_INVITATION,
            ("sanne", "fatima"),
        ),
        Group(
            "overgang",
            "Overgang van cliënten",
            "Niemand valt tussen wal en schip",
            FOR_MEMBERS,
            ("ruben", "fatima", "lotte"),
        ),
    ),
)

SERVICE_POINT = Subsite(
    "werkgeversservicepunt",
    "Werkgeversservicepunt",
    "Eén gezicht voor werkgevers in de regio",
    Settings(
        Visibility.LISTED,
        Joining.ORGANISATION,
        organisations=(OOSTZAAN.slug, PURMEREND.slug, UWV.slug, WERKSAAM.slug, ZAANSTAD.slug),
    ),
    owner="meryem",
    members=("meryem", "lotte", "pieter", "daan"),
    said=(("meryem", "Maandag 9.00 uur: de week doornemen, zoals altijd."),),
    groups=(
        Group(
            "bezoeken",
            "Bezoeken",
            "Verslagen van bezoeken aan bedrijven",
            FOR_MEMBERS,
            ("meryem", "lotte", "daan"),
            (
                ("lotte", "Bezoek bakkerij Zaandam: plek voor twee leerlingen, vanaf september."),
                ("meryem", "Mooi! Ik bel ze over de proefplaatsing."),
            ),
            (
                Written(
                    "lotte",
                    "Verslag bedrijfsbezoek Zaandam",
                    """Gesproken met de eigenaar van een bakkerij aan de Zaan. #bedrijfsbezoek

- **Plek voor** twee leerlingen, vanaf september
- **Zoekt** iemand voor de vroege dienst
- **Wil weten** wie de begeleiding betaalt

Volgende afspraak: over drie weken.""",
                    (("daan", "Ik heb een kandidaat voor de vroege dienst."),),
                ),
            ),
            (("lotte", "Verslag bedrijfsbezoek Zaandam.docx"),),
        ),
        Group("fotos", "Foto’s", "Van bezoeken en banenmarkten", FOR_MEMBERS, ("meryem", "lotte")),
        Group(
            "vacatures",
            "Vacatures",
            "Wat er is, en wie er past",
            FOR_MEMBERS,
            ("meryem", "lotte", "pieter", "daan"),
        ),
    ),
)

NEW_WAYS = Subsite(
    "anders-werken",
    "Anders werken",
    "Gemeente Purmerend werkt waar het werk is",
    Settings(Visibility.LISTED, Joining.ORGANISATION, organisations=(PURMEREND.slug,)),
    owner="joost",
    members=("joost", "daan"),
    said=(("joost", "Vanaf maandag is de derde verdieping vrij: kies zelf uw plek."),),
    groups=(
        Group(
            "thuiswerken", "Thuiswerken", "Afspraken en ervaringen", FOR_MEMBERS, ("joost", "daan")
        ),
        Group(
            "papierloos",
            "Vergaderen zonder papier",
            "Tips voor wie het nog niet gewend is",
            FOR_MEMBERS,
            ("joost", "daan"),
            (("daan", "De raad vergadert sinds gisteren zonder papier. Het ging goed."),),
        ),
        Group(
            "nieuws",
            "Nieuws over de verbouwing",
            "Alleen de projectgroep schrijft, iedereen leest",
            Settings(Visibility.MEMBERS, Joining.OPEN, Posting.STAFF),
            ("joost", "daan"),
            (("joost", "De verbouwing van de hal begint op 3 februari."),),
        ),
    ),
)

NEIGHBOURHOOD = Subsite(
    "poelenburg",
    "Poelenburg",
    "Denk mee over uw wijk",
    FOR_EVERYBODY,
    owner="pieter",
    members=("pieter", "chantal", "willem", "aisha", "sanne"),
    said=(("pieter", "Hier stemmen gemeente en buurtwerk af voor zij naar buiten gaan."),),
    posts=(
        Written(
            "pieter",
            "Drie plannen voor het plein",
            """U hebt 140 ideeën ingestuurd. Er zijn drie plannen van gemaakt. #plein #meedenken

| plan | wat | klaar in |
|---|---|---|
| Groen | bomen, gras en een vijver | 2027 |
| Spelen | een speeltuin en een voetbalveld | 2027 |
| Ontmoeten | een terras en een podium | 2028 |

Wat vindt u? Schrijf het in de draad onder dit bericht, of kom **donderdag** naar het buurthuis.""",
            (
                ("willem", "Graag het plan Groen, met banken in de schaduw."),
                ("aisha", "Spelen! Mijn kinderen hebben nu geen plek."),
            ),
            consult="over 4 weken",
            poll=Poll(
                "Welk plan kiest u?",
                ("Groen", "Spelen", "Ontmoeten"),
                (("willem", 0), ("aisha", 1), ("pieter", 1)),
            ),
        ),
    ),
    groups=(
        Group(
            "groen",
            "Groen en spelen",
            "Het plantsoen en de speeltuin",
            FOR_EVERYBODY,
            ("pieter", "willem", "aisha", "chantal"),
            (
                ("aisha", "De schommel is weer stuk. Kan daar een andere komen?"),
                ("willem", "En graag een bank erbij, voor de opa’s."),
                ("pieter", "Ik neem het mee naar de wijkschouw van donderdag."),
            ),
            files=(("pieter", "Uitnodiging wijkschouw.docx"),),
        ),
        Group(
            "verkeer",
            "Verkeer",
            "Veilig oversteken en parkeren",
            FOR_EVERYBODY,
            ("pieter", "willem"),
        ),
        Group(
            "bewonersoverleg",
            "Bewonersoverleg",
            "Voor bewoners die meebeslissen over het wijkbudget",
            Settings(Visibility.LISTED, Joining.REQUEST, citizens=True),
            ("pieter", "chantal", "aisha"),
        ),
    ),
)

SUBSITES = (ZAANSTREEK, SERVICE_POINT, NEW_WAYS, NEIGHBOURHOOD)
