"""Topics: made ones parse back, nothing else parses, nothing can smuggle a wildcard."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import topics
from contracts.topics import Topic, TopicKind, TopicRefused

KIOSK = "330106-0007-k03"


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("ncs/1/330106-0007-k03/rec", Topic(TopicKind.RECORD, KIOSK)),
        ("ncs/1/330106-0007-k03/ack", Topic(TopicKind.ACKNOWLEDGEMENT, KIOSK)),
        ("ncs/1/330106-0007-k03/state", Topic(TopicKind.STATE, KIOSK)),
        ("ncs/1/330106-0007-k03/report", Topic(TopicKind.REPORT, KIOSK)),
        ("ncs/1/330106-0007-k03/cmd/print-again", Topic(TopicKind.COMMAND, KIOSK, "print-again")),
        ("ncs/1/host", Topic(TopicKind.HOST)),
    ],
)
def test_the_names_on_the_wire(text: str, topic: Topic) -> None:
    made = {
        TopicKind.RECORD: lambda: topics.record(KIOSK),
        TopicKind.ACKNOWLEDGEMENT: lambda: topics.acknowledgement(KIOSK),
        TopicKind.STATE: lambda: topics.state(KIOSK),
        TopicKind.REPORT: lambda: topics.report(KIOSK),
        TopicKind.COMMAND: lambda: topics.command(KIOSK, "print-again"),
        TopicKind.HOST: lambda: topics.HOST,
    }
    assert made[topic.kind]() == text
    assert topics.parse(text) == topic


@pytest.mark.parametrize(
    ("wildcard", "kind"),
    [
        (topics.ALL_RECORDS, TopicKind.RECORD),
        (topics.ALL_STATES, TopicKind.STATE),
        (topics.ALL_REPORTS, TopicKind.REPORT),
    ],
)
def test_wildcards_match_their_kind_of_every_kiosk(wildcard: str, kind: TopicKind) -> None:
    assert topics.parse(wildcard.replace("+", KIOSK)) == Topic(kind, KIOSK)


def test_the_filter_for_commands_is_of_one_kiosk() -> None:
    assert topics.all_commands(KIOSK) == "ncs/1/330106-0007-k03/cmd/+"


@pytest.mark.parametrize("kiosk", ["", "+", "#", "330106-0007-k03/rec", KIOSK + "\n", "３" * 15])
def test_what_is_no_kiosk_gets_no_topic(kiosk: str) -> None:
    for make in (topics.record, topics.acknowledgement, topics.state, topics.report):
        with pytest.raises(TopicRefused):
            make(kiosk)
    with pytest.raises(TopicRefused):
        topics.command(kiosk, "stop")
    for tail in ("rec", "ack", "state", "report", "cmd/stop"):
        with pytest.raises(TopicRefused):
            topics.parse(f"ncs/1/{kiosk}/{tail}")


@pytest.mark.parametrize("verb", ["", "+", "#", "a/b", "Stop", "1", "a" * 33, "stop\n"])
def test_what_is_no_verb_gets_no_topic(verb: str) -> None:
    with pytest.raises(TopicRefused):
        topics.command(KIOSK, verb)
    with pytest.raises(TopicRefused):
        topics.parse(f"ncs/1/{KIOSK}/cmd/{verb}")


@given(st.text(max_size=40))
@settings(max_examples=60, deadline=None)
def test_any_text_is_refused_by_name_and_not_quoted(text: str) -> None:
    for topic in (text, "ncs/1/~" + text, f"ncs/1/{KIOSK}/{text}X", f"ncs/1/{text}/rec"):
        with pytest.raises(TopicRefused) as refused:
            topics.parse(topic)
        assert str(refused.value) == "this is not a topic of this site"
