"""What players and holders of offices are called, and what they do as such, in sports and in the news."""

PLAYERS = frozenset(
    """
    baseman catcher center cornerback forward goalkeeper goaltender guard halfback infielder linebacker lineman
    midfielder outfielder pitcher quarterback shortstop striker winger
    """.split()
)
"""What players are called by their positions."""
ACTS_OF_PLAYERS = frozenset("doubles dunks homers punts scores singles triples".split())
"""What they do, and what is read as a noun as often."""
MATCHES = frozenset(
    """
    championship championships cup defeat derby final finals game games halfpipe inning innings league loss
    match meet olympics open playoff playoffs point qualifier quarterfinal race round semifinal semifinals test
    tournament win wimbledon
    """.split()
)
GOALS = frozenset(
    """
    basket equaliser equalizer goal goals half kick minute penalty point points run runs time touchdown trick
    try winner
    """.split()
)
CELEBRATED = (
    MATCHES | GOALS | {"podium", "scoring", "teammate", "teammates", "title", "trophy", "victory", "winning"}
)
"""What players and teams celebrate, and with whom."""
OFFICES = frozenset(
    """
    ambassador cardinal ceo chancellor chief commissioner congressman congresswoman councilman envoy governor
    mayor minister mp pm premier president prosecutor secretary senator sheriff spokesman spokesperson
    spokeswoman treasurer
    """.split()
)
"""Who speaks and waves in the news without a name: "Texas Governor signs bill"."""
ACTS_OF_OFFICE = frozenset(
    """
    addresses announces answers arrives attends boards briefs casts delivers departs gestures greets holds hosts
    inspects joins lays leaves listens looks meets opens poses receives salutes shakes signs speaks stands steps
    swears takes talks testifies tours unveils visits votes walks waves welcomes
    """.split()
)
