"""What typst is given, and what comes of it."""

import asyncio
import json
import threading
from dataclasses import replace
from typing import Any

import psutil
import pytest

from app.forms import Clause, DocumentTooLarge, Kind, Rendering, draw
from app.forms import render as rendering
from app.forms.blocks import data
from app.forms.facts import Stamp
from app.forms.render import AT_ONCE, WAITING, RenderingBusy, render
from tests.forms.paper import drawn, made_at, pages, words
from tests.forms.samples import CLAUSES, STAMP, company, facts, large, lot, parties

HOSTILE = (
    '#import "@preview/x:1.0.0": *',
    '#read("style.typ")',
    "$ x^2 $ *gras* _ital_ `code`",
    "\\u{41} \\ ] [ // fin /* */",
    "= Titre <label> @label",
    "#panic()",
    "{mandataire}",
    "<script>alert(1)</script>",
)


@pytest.mark.parametrize("text", HOSTILE)
async def test_markup_in_a_text_is_drawn_as_it_is(text: str) -> None:
    """Wherever it comes from: a name, a title, a task, a clause."""
    clauses = [Clause("a", text, f"{text} suite\n- {text}", text)]
    (lead, *others) = parties()
    named = company(text, address=text, legal_form=text)
    hostile = facts(
        buyer=text,
        tender=text,
        parties=(replace(lead, company=named, tasks=text), *others),
        lots=(lot(1, 1_000, 5, text),),
    )
    paper = draw(Kind.AGREEMENT, hostile, clauses=clauses)
    given = "".join(json.dumps(data(paper), ensure_ascii=False).split()).replace("\u200b", "")
    expected = given.count("".join(json.dumps(text, ensure_ascii=False)[1:-1].split()))
    assert expected >= 15
    seen = "".join(words((await render(paper, STAMP)).pdf).split()).replace("\u200b", "")
    assert seen.count("".join(text.split())) == expected


async def test_the_same_facts_and_stamp_give_the_same_bytes() -> None:
    first = await drawn(Kind.AGREEMENT, facts())
    other = await drawn(Kind.SUMMARY, facts())
    again = await drawn(Kind.AGREEMENT, facts())
    assert first == again
    assert made_at(first.pdf) == STAMP.at
    assert other.content_hash != first.content_hash


async def test_the_hash_is_of_what_is_said_and_not_of_when() -> None:
    paper = draw(Kind.AGREEMENT, facts(), clauses=CLAUSES)
    first = await render(paper, STAMP)
    later = await render(paper, Stamp(3, STAMP.at.replace(day=3)))
    assert later.content_hash == first.content_hash
    assert later.pdf != first.pdf
    changed = draw(Kind.AGREEMENT, facts(buyer="Ville de Lyon"), clauses=CLAUSES)
    assert (await render(changed, STAMP)).content_hash != first.content_hash


async def test_a_document_is_made_to_last_and_to_be_read_aloud() -> None:
    done = await drawn(Kind.CANDIDACY, facts())
    assert b"<pdfaid:part>2</pdfaid:part>" in done.pdf
    assert b"<pdfuaid:part>1</pdfuaid:part>" in done.pdf


async def test_a_sign_that_no_font_has_costs_the_standard_and_not_the_document() -> None:
    done = await drawn(Kind.SUMMARY, facts(name="Groupement 日本"))
    assert b"pdfaid" not in done.pdf
    assert len(pages(done.pdf)) == 1


async def test_what_nobody_would_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "MOST_CHARACTERS", 1_000)
    with pytest.raises(DocumentTooLarge):
        await drawn(Kind.AGREEMENT, facts())


async def test_typst_works_beside_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    where: list[int] = []
    compiled = rendering.compiled

    def seen(*given: Any) -> bytes:
        where.append(threading.get_ident())
        return compiled(*given)

    monkeypatch.setattr(rendering, "compiled", seen)
    await drawn(Kind.SUMMARY, facts())
    assert where
    assert threading.get_ident() not in where


async def test_typst_does_not_keep_what_large_documents_took() -> None:
    process = psutil.Process()

    async def held_after(first: int, last: int) -> int:
        for at in range(first, last):
            await drawn(Kind.AGREEMENT, replace(large(25, 12), name=f"Groupement {at}"))
        return process.memory_info().rss

    settled = await held_after(0, 3)
    assert await held_after(3, 9) - settled < 100_000_000


async def test_turns_are_few_and_who_would_wait_too_long_is_told() -> None:
    turns, open_now, most = Rendering(), 0, 0
    go = asyncio.Event()

    async def one() -> None:
        nonlocal open_now, most
        async with turns.turn():
            open_now += 1
            most = max(most, open_now)
            await go.wait()
            open_now -= 1

    asked = [asyncio.create_task(one()) for _ in range(AT_ONCE + WAITING)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    with pytest.raises(RenderingBusy):
        await one()
    go.set()
    await asyncio.gather(*asked)
    assert most == AT_ONCE
    await one()
