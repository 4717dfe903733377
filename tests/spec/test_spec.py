"""The grammar of specs, their checks, and that what is printed reads back."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.errors import UsageError
from seqtasks.spec import spec
from seqtasks.spec.parameter import Parameter, Piece, Range, Raw, Signature

TINY = Range(low=1, high=9)
SHELVES = {
    "inner": {
        "adam": Signature((Parameter("rate", "float", default=0.1), Parameter("amsgrad", "bool", default=False))),
        "sgd": Signature(
            (Parameter("rate", "float", default=0.5), Parameter("momentum", "any", default=None, optional=True))
        ),
        "deep": Signature((Parameter("of", "str", default="adam:rate=0.3", shelf="inner"),)),
    },
    "outer": {
        "all": Signature(
            (
                Parameter("i", "int", default=1),
                Parameter("f", "float", default=0.5),
                Parameter("b", "bool", default=True),
                Parameter("s", "str", default="text", optional=True),
                Parameter("x", "any", default=None, optional=True),
                Parameter("ns", "int", many=True, default=(1, 2)),
                Parameter("fs", "float", many=True, default=(), optional=True),
                Parameter("ss", "str", many=True, default=("a",)),
                Parameter("xs", "any", many=True, default=("a",)),
                Parameter("o", "str", default="adam:amsgrad=true,rate=0.01", shelf="inner", optional=True),
            )
        ),
        "needy": Signature((Parameter("n", "int", range=TINY), Parameter("c", "str", default="a", choices=("a", "b")))),
    },
}


class Known:
    def resolve(self, shelf, name):
        if name not in SHELVES[shelf]:
            raise UsageError(f"no {name}")
        return name

    def signature(self, shelf, name):
        return SHELVES[shelf][name]


def parse(text, shelf="outer", **short):
    return spec.parse(text, shelf, Known(), short)


NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
ANY = st.one_of(st.booleans(), st.integers(), NUMBERS, st.text())
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "i": st.integers(),
        "f": NUMBERS,
        "b": st.booleans(),
        "s": st.none() | st.text() | st.sampled_from(["none", "1", "true", "a=b", "[a]", 'q"', "a,b", " a"]),
        "x": st.none() | ANY,
        "ns": st.lists(st.integers()).map(tuple),
        "fs": st.none() | st.lists(NUMBERS).map(tuple),
        "ss": st.lists(st.text()).map(tuple),
        "xs": st.lists(ANY).map(tuple),
        "o": st.sampled_from([None, "adam", "sgd", "deep"]),
        "o.rate": NUMBERS,
        "o.of": st.sampled_from(["adam", "sgd", "deep"]),
    },
)


@given(VALUES)
def test_printed_and_recorded_read_back(values):
    """Both texts of a spec read back as an equal spec, whatever its values."""
    known = {p.name: p for p in SHELVES["outer"]["all"].parameters}
    named = values.get("o", "adam")
    if named is None or named == "deep":
        values.pop("o.rate", None)
    if named != "deep":
        values.pop("o.of", None)
    loose = Parameter("o", "any")
    text = "all:" + ",".join(f"{k}={known.get(k, loose).write(v)}" for k, v in values.items())
    made = parse(text)
    assert parse(str(made)) == made
    assert parse(made.recorded()) == made
    for key, expected in values.items():
        if "." not in key and key != "o":
            assert repr(made.settings[key]) == repr(expected)


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("all:ns=3,8,fs=0.5,-0.25", {"ns": (3, 8), "fs": (0.5, -0.25)}),
        ("all:ns=[3,8]", {"ns": (3, 8)}),
        ("all: ns = [ 3 , 8 ] , i = 2", {"ns": (3, 8), "i": 2}),
        ("all:ns=[]", {"ns": ()}),
        ("all:f=1", {"f": 1.0}),
        ("all:f=1e-3", {"f": 0.001}),
        ('all:s="a, \\"b\\" \\u00e9"', {"s": 'a, "b" é'}),
        ("all:s=none", {"s": None}),
        ('all:s="none"', {"s": "none"}),
        ("all:x=1", {"x": 1}),
        ('all:x="1"', {"x": "1"}),
        ("all:s=~/a=b.csv", {"s": "~/a=b.csv"}),
        ("all:", {}),
    ],
)
def test_values(text, settings):
    """Texts and the values they mean."""
    made = parse(text).settings
    assert {key: made[key] for key in settings} == settings


def test_only_what_differs_is_printed_and_everything_recorded():
    """In the signature's order, whatever the order typed."""
    made = parse("all:b=false,i=2,f=0.5")
    assert str(made) == "all:i=2,b=false"
    assert made.recorded() == (
        "all:i=2,f=0.5,b=false,s=text,x=none,ns=1,2,fs=[],ss=a,xs=a,o=adam,o.rate=0.01,o.amsgrad=true"
    )


@pytest.mark.parametrize(
    ("text", "printed", "inner"),
    [
        ("all", "all", "adam:rate=0.01,amsgrad=true"),
        ("all:o.rate=0.5", "all:o.rate=0.5", "adam:rate=0.5,amsgrad=true"),
        ("all:o=adam", "all:o.rate=0.1,o.amsgrad=false", "adam:rate=0.1,amsgrad=false"),
        ("all:o=sgd", "all:o=sgd", "sgd:rate=0.5,momentum=none"),
        ("all:o=sgd,o.momentum=0.9", "all:o=sgd,o.momentum=0.9", "sgd:rate=0.5,momentum=0.9"),
        ('all:o="sgd:momentum=0.9"', "all:o=sgd,o.momentum=0.9", "sgd:rate=0.5,momentum=0.9"),
        ("all:o=deep,o.of.rate=1", "all:o=deep,o.of.rate=1.0", "deep:of=adam,of.rate=1.0,of.amsgrad=false"),
        ("all:o=none", "all:o=none", None),
    ],
)
def test_nested(text, printed, inner):
    """A dotted key changes the default's settings; a name takes its own."""
    made = parse(text)
    assert str(made) == printed
    assert (made.settings["o"] and made.settings["o"].recorded()) == inner


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (":i=1", "':i=1' has no name in it.", "A spec is NAME"),
        ("all:7", "'7' in 'all:7' is not of the form key=value.", "A spec is NAME"),
        ("all:i=1,i=2", "'all:i=1,i=2' sets i twice.", "Set i once."),
        ('all:s="a', "A quote is not closed", 'write " as \\"'),
        ('all:s="\\q"', "is not a JSON string.", "Write \\ as \\\\."),
        ("all:ns=[1", "A bracket is not closed in 'all:ns=[1'.", "in quotes"),
        ("all:ns=[1],2", "'2' in 'all:ns=[1],2' is not of the form key=value.", ""),
        ("all:ii=1", "all has no parameter 'ii'.", "Did you mean i? all takes i, f, b"),
        ("all:i.a=1", "all: i names no entry, so i.a has no effect.", "i takes an integer."),
        ("all:i=1.5", "all: i=1.5 is not an integer.", "i takes an integer."),
        ("all:i=1,2", "all: i is one value, not the list 1,2.", ""),
        ("all:s=a,b", "all: s is one value, not the list a,b.", 's="a,b"'),
        ("all:f=nan", "all: f=nan is not a number.", "f takes a number."),
        ("all:f=inf", "all: f=inf is not a number.", ""),
        ("all:f=1e999", "all: f=1e999 is not a number.", ""),
        ("all:f=1_0", "all: f=1_0 is not a number.", ""),
        ("all:i=", "all: i= is not an integer.", ""),
        ("all:b=yes", "all: b=yes is not true or false.", "b takes true or false."),
        ("all:ns=1,x2", "all: ns=x2 is not an integer.", "several with commas between them"),
        ("all:o=none,o.rate=1", "all: o is none, which has no settings.", "Name one of inner."),
        ("all:o=sgd,o.amsgrad=true", "sgd has no parameter 'amsgrad'.", "sgd takes rate, momentum."),
        ("all:o=rmsprop", "no rmsprop", ""),
        ("needy", "needy needs n.", "Write needy:n=...; n takes an integer, at least 1, at most 9."),
        ("needy:n=0", "needy: n=0 is out of range.", "n takes an integer, at least 1, at most 9."),
        ("needy:n=1,c=d", "needy: c=d is not one of its choices.", "c takes one of: a, b."),
    ],
)
def test_errors(text, message, hint):
    """Each mistake has one sentence with the offending value, and a hint that names what is allowed."""
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.exit_code == 2


def test_short_options():
    """An option short for a key fills it in, may repeat it, and must not contradict it."""
    assert str(parse("all", i=4)) == "all:i=4"
    assert str(parse("all", i=None)) == "all"
    assert str(parse("all:f=1", f=1.0)) == "all:f=1.0"
    assert str(parse("all", **{"o.rate": 1e-3})) == "all:o.rate=0.001"
    with pytest.raises(UsageError, match=r"(?m)^o.rate is 2 in 'all:o.rate=2' and 0.001 in --rate.$"):
        parse("all:o.rate=2", **{"o.rate": 1e-3})


def test_short_option_of_what_is_not_there():
    """What was typed is named, not the key that it is short for alone."""
    with pytest.raises(UsageError) as caught:
        parse("needy:n=1", **{"optimizer.learning_rate": 0.1})
    assert caught.value.message == "--learning-rate is short for optimizer.learning_rate, and needy has no optimizer."
    assert caught.value.hint == "Leave --learning-rate out; needy takes n, c."


def test_range_bounds():
    """The bounds low and high belong to the range, above and below do not."""
    assert [n for n in range(6) if Range(low=1, high=4).holds(n)] == [1, 2, 3, 4]
    assert [n for n in range(6) if Range(above=1, below=4).holds(n)] == [2, 3]


def test_specs_can_be_kept_anywhere():
    """A spec is hashable, copies and pickles as itself, and cannot be changed."""
    made = parse("all:o=sgd,ns=4,5")
    assert {made: 1}[parse("all:ns=4,5,o=sgd")] == 1
    assert copy.deepcopy(made) == made == pickle.loads(pickle.dumps(made))
    assert str(pickle.loads(pickle.dumps(made))) == str(made)
    with pytest.raises(TypeError):
        made.settings["i"] = 2


def test_grammar_keeps_quoted_text_apart():
    """Quoted pieces are marked, so that they are text whatever they look like."""
    assert spec.split('a:k="1",2')[1]["k"] == Raw((Piece("1", quoted=True), Piece("2")))
