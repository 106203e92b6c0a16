"""The whole way of an alert: a portal publishes, a worker imports, matches, tells, and mails."""

from datetime import UTC, datetime, timedelta

import pytest

from app.alerts.tasks import TICK
from app.watch.tasks import TICK as WATCH_TICK
from tests.alerts.steps import LUNCH, alerts, at_once, mail_of
from tests.mailroom import Mailroom
from tests.searches.steps import call, matches, save
from tests.watch.conftest import boamp_on, portal  # noqa: F401 - fixtures
from tests.watch.notices import idweb
from tests.watch.portal import Answer, Portal
from tests.watch.test_search import word
from tests.world import World

EVENING = datetime(2026, 3, 2, 17, 16, tzinfo=UTC)
"""The source is asked at 18:15 in Paris."""
MORNING = datetime(2026, 3, 3, 5, 16, tzinfo=UTC)
"""And at 6:15."""


@pytest.mark.usefixtures("boamp_on")
async def test_a_search_of_before_lunch_mails_what_a_source_published_after(
    world: World,
    mailroom: Mailroom,
    portal: Portal,  # noqa: F811
) -> None:
    """Nothing is called by hand but the ticks of a minute."""
    await at_once(world, world.alpha)
    mark, day = word(), LUNCH.date().isoformat()
    search = await save(world.alpha, "Conception", words=f"maitrise d oeuvre {mark} -voirie")
    await mailroom.deliver(LUNCH, tick=WATCH_TICK)
    assert await matches(world.alpha, search) == []
    wanted = [
        call(idweb(), f"Maîtrise d'œuvre {mark}, n° {n}", dateparution=day) for n in range(120)
    ]
    others = [
        call(idweb(), f"Maîtrise d'œuvre de voirie {mark}", dateparution=day),
        call(idweb(), f"Entretien d'espaces verts {mark}", dateparution=day),
    ]
    portal.records = [*wanted, *others]
    portal.script = [Answer(429, headers={"Retry-After": "1"})]
    await mailroom.deliver(EVENING - timedelta(minutes=10), tick=WATCH_TICK)
    assert await matches(world.alpha, search) == []
    await mailroom.deliver(EVENING, tick=WATCH_TICK)
    told = await alerts(world.alpha, limit=100)
    assert [one["kind"] for one in told] == ["match"] * 100  # a page of them
    assert told[0]["why"]["words"] == sorted(["maitrise", "oeuvre", mark])
    assert mailroom.box.to(mail_of(world, "alpha")) == []
    for minutes in (4, 5, 6):
        await mailroom.deliver(EVENING + timedelta(minutes=minutes), tick=TICK)
    (message,) = mailroom.box.to(mail_of(world, "alpha"))
    body = message.get_content()
    assert message["Subject"].endswith(": 120 alertes")
    assert "Trouvé par «\u00a0Conception\u00a0»\u00a0:" in body
    assert "voirie" not in body
    assert "espaces verts" not in body
    # The next morning the portal shows the same: that is no news.
    asked = len(portal.asked)
    await mailroom.deliver(MORNING, tick=WATCH_TICK)
    assert len(portal.asked) > asked
    await mailroom.deliver(MORNING + timedelta(hours=1), tick=TICK)
    assert len(mailroom.box.to(mail_of(world, "alpha"))) == 1
