"""The third chapter: what a person must look at, and so becomes a dead letter."""

from consumer.sandbox.demo.cast import NINA, OTTO, PIA, QUIN, ROSA, SVEN, TILDA, UMA, VITO, WANDA
from consumer.sandbox.demo.story import Chapter, Story
from consumer.sandbox.demo.telling import back, changed, earned, failed, invalid, line, partly, raw

NO_REPLY = Story(
    title="The vendor fails for Nina alone, again and again; others are served",
    earns=(earned(NINA, "B-sofa", "coffee", "500"),),
    returns=(back(NINA, "B-sofa", "FULL", failed("EXHAUSTED 500", letter="exhausted")),),
    lingers=True,
)

REFUSED = (
    Story(
        title="Otto drank the coffee; the vendor knows",
        earns=(earned(OTTO, "B-mug", "coffee", "729"),),
        returns=(back(OTTO, "B-mug", "FULL", failed("ALREADY_REDEEMED 729", letter="729")),),
    ),
    Story(
        title="Pia spent hers, too; the earn feed said so: no call",
        earns=(earned(PIA, "B-book", "ten-off"), changed(PIA, "B-book", "ten-off", "REDEEMED")),
        returns=(back(PIA, "B-book", "FULL", failed("ALREADY_REDEEMED 729", letter="729")),),
    ),
    Story(
        title="Quin spent one of two",
        earns=(earned(QUIN, "B-bike", "coffee", "729"), earned(QUIN, "B-bike", "stamp")),
        returns=(back(QUIN, "B-bike", "FULL", partly("ALREADY_REDEEMED 729", "REVOKED", letter="729")),),
    ),
    Story(
        title="Rosa had a POS and a CODE promotion: never revocable, so nobody asks",
        earns=(
            earned(ROSA, "B-bowl", "till-deal", promotion_type="POS"),
            earned(ROSA, "B-bowl", "web-code", promotion_type="CODE"),
        ),
        returns=(back(ROSA, "B-bowl", "FULL", failed("NOT_REVOCABLE 730", "NOT_REVOCABLE 730", letter="730")),),
    ),
    Story(
        title="Sven's is one as well, but only the vendor knew",
        earns=(earned(SVEN, "B-plant", "web-code", "730"),),
        returns=(back(SVEN, "B-plant", "FULL", failed("NOT_REVOCABLE 730", letter="730")),),
    ),
    Story(
        title="Tilda's earn is not valid",
        earns=(earned(TILDA, "B-clock", "coffee", "731"),),
        returns=(back(TILDA, "B-clock", "FULL", failed("NOT_VALID 731", letter="731")),),
    ),
    Story(
        title="Uma's promotion cannot be found",
        earns=(earned(UMA, "B-fan", "stamp", "404"),),
        returns=(back(UMA, "B-fan", "FULL", failed("NOT_FOUND 404", letter="404")),),
    ),
    Story(
        title="The vendor does not like the request for Vito",
        earns=(earned(VITO, "B-iron", "stamp", "400"),),
        returns=(back(VITO, "B-iron", "FULL", failed("REJECTED 400", letter="400")),),
    ),
)

UNREADABLE = (
    Story(
        title="A till writes something, but no return",
        returns=(raw(WANDA, b"Wanda was here", invalid("undecodable")),),
    ),
    Story(
        title="A return of no bill, and one of minus one towel",
        returns=(
            back(WANDA, "", "FULL", invalid("invalid")),
            back(WANDA, "B-towel", "LINE_ITEM", invalid("invalid"), lines=[line("1", -1)]),
        ),
    ),
    Story(
        title="Somebody deletes a return",
        returns=(raw(WANDA, None, invalid("tombstone")),),
    ),
)

AFTERNOON = Chapter(
    title="14:00  What a person must look at",
    note="Each of these becomes a dead letter, with its reason in the headers.",
    stories=(NO_REPLY, *REFUSED, *UNREADABLE),
)
