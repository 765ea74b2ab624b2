"""GS I: one question at a time, each once a connection, attributed to its own answer."""

from __future__ import annotations

from drivers.label_printer.identification import PATIENCE_S, Identification
from firmware_bridge.codecs.escpos_frames import InfoQuery, InfoTopic, PrinterInfo, ProcessIdDone
from firmware_bridge.codecs.escpos_status import EscposStatusCodec

ANSWERS = {
    InfoTopic.MAKER: b"_EPSON\x00",
    InfoTopic.MODEL: b"_TM-L90\x00",
    InfoTopic.FIRMWARE: b"_1.04 ESC/POS\x00",
    InfoTopic.SERIAL_NUMBER: b"_X3A9000017\x00",
    InfoTopic.FONTS: b"_CHINA GB18030\x00",
}


def test_everything_is_asked_once_and_makes_one_sentence() -> None:
    identity, codec, asked = Identification(), EscposStatusCodec(), []
    while (question := identity.next_question(0.0)) is not None:
        asked.append(question.topic)
        assert identity.next_question(0.1) is None, "one question at a time"
        codec.encode(question)
        for frame in codec.feed(ANSWERS[question.topic], 0.2):
            identity.heard(frame)
    assert asked == list(ANSWERS)
    assert identity.done
    assert identity.about == (
        "EPSON TM-L90, firmware 1.04 ESC/POS, serial number X3A9000017, fonts CHINA GB18030"
    )


def test_a_printer_that_does_not_know_the_question_is_not_asked_again() -> None:
    identity = Identification()
    assert identity.next_question(0.0) == InfoQuery(InfoTopic.MAKER)
    assert not identity.done
    assert identity.next_question(PATIENCE_S) is None
    assert identity.done and identity.about == ""
    identity.heard(PrinterInfo(InfoTopic.MAKER, "LATE", 9.0))
    assert identity.about == ""


def test_an_answer_to_another_question_changes_nothing() -> None:
    identity = Identification()
    identity.next_question(0.0)
    identity.heard(PrinterInfo(InfoTopic.MODEL, "TM-L90", 0.1))
    identity.heard(ProcessIdDone("0001", 0.1))
    assert identity.about == "" and not identity.done


def test_empty_answers_are_left_out_and_long_ones_cut() -> None:
    identity = Identification()
    for text in ("", "M" * 80, "", "", "F" * 80):
        question = identity.next_question(0.0)
        assert question is not None
        identity.heard(PrinterInfo(question.topic, text, 0.1))
    assert identity.about.startswith("MMMM") and ", fonts FFF" in identity.about
    assert len(identity.about) == 128
