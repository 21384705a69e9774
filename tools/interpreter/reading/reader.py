"""Everything that a request could use, found in a conversation by its form."""

from collections.abc import Iterable, Iterator, Sequence

from camara_qod.tools.interpreter.reading import addresses, identifiers, lengths, links, phones
from camara_qod.tools.interpreter.reading.mention import Length, Mention, Moment
from camara_qod.tools.interpreter.reading.numbers import numbers
from camara_qod.tools.interpreter.reading.ports import ports, ports_of_line
from camara_qod.tools.interpreter.reading.profile_names import profile_names
from camara_qod.tools.interpreter.reading.program_ports import program_ports
from camara_qod.tools.interpreter.reading.text import Turn

#: A turn with more times of day is a log or a timetable.
_MOST_CLOCKS = 4


def read_mentions(
    messages: Sequence[str],
    profiles: Iterable[str] = (),
    *,
    default_region: str | None = None,
) -> tuple[Mention, ...]:
    """Everything in a conversation that a request could use.

    Whose it is, and whether it is wanted, is not said here: that is for the model.

    Args:
        messages: the user's turns, oldest first.
        profiles: profile names of the operator's catalogue.
        default_region: ISO 3166 country whose national phone numbers count, e.g. `"DE"`.

    Returns:
        Mentions in reading order; never two over the same characters.
    """
    names, said = tuple(profiles), "\n".join(messages)
    found: list[Mention] = []
    for number, text in enumerate(messages):
        turn = Turn(number, text)
        for reader in (
            links.links,
            identifiers.session_ids,
            identifiers.access_identifiers,
            addresses.captured_addresses,
            addresses.ipv6_addresses,
            addresses.like_ipv6,
            addresses.ipv4_addresses,
            phones.unmistakable_numbers,
            program_ports,
            ports_of_line,
            _times,
            phones.international_numbers,
            ports,
            lambda turn: profile_names(turn, names),
            links.links_without_scheme,
            lambda turn: phones.national_numbers(turn, default_region),
        ):
            turn.take(reader)
        if any(isinstance(item, Length) for item in (*found, *turn.found)):
            turn.take(lambda turn: numbers(turn, said))
        found += sorted(turn.found, key=lambda item: item.start)
    return tuple(found)


def _times(turn: Turn) -> Iterator[Mention]:
    times = lengths.read_times(turn.rest, clocks=True)
    clocks = sum(isinstance(time, lengths.TimeOfDay) for time in times)
    for time in times:
        place = (turn.number, time.start, time.end)
        match time:
            case lengths.TimeOfDay() if clocks > _MOST_CLOCKS:
                continue
            case lengths.Length():
                yield Length(*place, time.seconds, time.total)
            case lengths.End() | lengths.Start() | lengths.Interval() | lengths.Unread():
                yield Moment(*place, time)
