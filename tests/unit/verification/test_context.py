"""What the words beside a quote take back, one sentence a test."""

from collections.abc import Callable

import pytest

from notes_pipeline.core.notes import Quote, Reason, Verdict
from notes_pipeline.verification import TranscriptIndex, verify_quote

MakeIndex = Callable[..., TranscriptIndex]


@pytest.mark.parametrize(
    ("language", "said", "quote"),
    [
        ("en", "I don't really believe the rent will fall.", "The rent will fall."),
        ("en", "I would not say that the landlord is rude.", "the landlord is rude"),
        ("en", "Nobody thinks the bridge is safe.", "The bridge is safe."),
        ("en", "It is just a myth that cats hate water.", "cats hate water"),
        ("en", "We doubt that she will pay.", "She will pay."),
        ("en", "There is no evidence that the bridge is safe.", "The bridge is safe."),
        ("en", "We never really trusted the bank.", "trusted the bank"),
        ("en", "None of the tenants paid.", "the tenants paid"),
        ("en", "They failed to mend the stairs.", "mend the stairs"),
        ("en", "They pretend to mend the stairs.", "mend the stairs"),
        ("en", "We used to own the whole field.", "own the whole field"),
        ("en", "We almost sold the garden.", "sold the garden"),
        ("en", "Imagine that we had a lift.", "We had a lift."),
        ("en", "I wish we had a lift.", "We had a lift."),
        ("en", "That the bridge is safe is simply not true.", "the bridge is safe"),
        ("en", "We can't raise the rent.", "We can."),
        ("de", "Ich glaube nicht, dass die Miete sinkt.", "dass die Miete sinkt"),
        ("de", "Niemand denkt, dass die Brücke sicher ist.", "die Brücke sicher ist"),
        ("de", "Wir verkaufen den Garten nicht.", "Wir verkaufen den Garten."),
        ("fr", "Je ne crois pas que le loyer baisse.", "le loyer baisse"),
        ("fr", "Je doute que le pont tienne.", "le pont tienne"),
        ("es", "No creo que el puente aguante.", "el puente aguante"),
        ("pt", "Não acho que a ponte aguenta.", "a ponte aguenta"),
        ("pt", "Duvido que a ponte aguente.", "a ponte aguente"),
        ("en", "Nobody in their right mind would say the bridge is safe.", "The bridge is safe."),
        ("en", "It is wrong to say the bridge is safe.", "The bridge is safe."),
        ("en", "They are anything but happy with the stairs.", "happy with the stairs"),
        ("en", "I told him that, that we never, never sold the garden.", "sold the garden"),
        ("fr", "Je ne crois pas qu'il ait vendu le jardin.", "il ait vendu le jardin"),
        ("fr", "C'est faux qu'on a vendu le jardin.", "On a vendu le jardin."),
        ("de", "Niemand würde im Ernst sagen, dass die Brücke sicher ist.", "die Brücke sicher ist"),
        ("es", "Lo que no quiero es que cierren la escuela.", "cierren la escuela"),
        ("tr", "Köprü güvenli değil, ama eski.", "Köprü güvenli"),
        ("nl", "Wij verkopen de tuin niet.", "Wij verkopen de tuin"),
        ("ko", "그 다리는 안전하지 않아요.", "그 다리는 안전하지"),
        ("ru", "Я не думаю, что мост надёжный.", "мост надёжный"),
        ("ja", "毎日雨が降るわけではありません。", "毎日雨が降る"),
        ("zh", "我不认为桥很安全。", "桥很安全"),
    ],
)
def test_a_lost_denial_is_altered(make_index: MakeIndex, language: str, said: str, quote: str) -> None:
    evidence = verify_quote(Quote(quote), make_index(f"Ann: {said}", language=language))
    assert evidence.verdict is Verdict.ALTERED
    assert Reason.CONTEXT in evidence.reasons


@pytest.mark.parametrize(
    ("language", "said", "quote"),
    [
        ("en", "If the rent rises, we will leave.", "We will leave."),
        ("en", "Had they rung the bell, I would have opened.", "I would have opened."),
        ("en", "Should the rent rise, we will leave.", "We will leave."),
        ("en", "We will leave if the rent rises.", "We will leave."),
        ("en", "We will leave only if the rent rises.", "We will leave."),
        ("en", "Unless the rent falls, we leave.", "the rent falls"),
        ("en", "I think the stairs are rotten.", "The stairs are rotten."),
        ("en", "At least nine people fell.", "nine people fell"),
        ("en", "The stairs cost 900 euros or so.", "The stairs cost 900 euros"),
        ("en", "The stairs are rotten, I suppose.", "The stairs are rotten"),
        ("en", "My uncle said that the stairs are rotten.", "The stairs are rotten."),
        ("en", "We leave if -- and he knows it -- they sell the garden.", "they sell the garden"),
        ("en", "She told me that he fell, he fell off a wall.", "he fell off a wall"),
        ("en", "Only when it rains do we lose the light.", "we lose the light"),
        ("en", "Without her we would have sold it.", "we would have sold it"),
        ("en", "We will sign as soon as they pay.", "We will sign"),
        ("en", "They want you to believe the bridge is safe.", "The bridge is safe."),
        ("en", "She made me say I broke the stairs.", "I broke the stairs."),
        ("en", "I was afraid that he would sell it.", "He would sell it."),
        ("en", "The last thing I'd say is that he is rich.", "he is rich"),
        ("en", "On paper, the bridge is safe.", "The bridge is safe."),
        ("en", "We are far from being a rich town.", "being a rich town"),
        ("en", "The bridge is safe, as far as any of us could tell.", "The bridge is safe"),
        ("en", "I saw him leave, or I thought I did.", "I saw him leave"),
        ("en", "They paid 25 to 30 percent.", "They paid 25"),
        ("en", "There were twenty or thirty people.", "thirty people"),
        ("en", "One in ten of the stairs is rotten.", "ten of the stairs"),
        ("de", "Die Treppe kostet zwölf Mark fünfzig.", "Die Treppe kostet zwölf Mark"),
        ("de", "Ohne sie wäre der Hof längst zu.", "wäre der Hof längst zu"),
        ("de", "Ich fürchte, dass er den Garten verkauft.", "er den Garten verkauft"),
        ("fr", "Ils ont dit qu'ils réfléchiraient.", "ils réfléchiraient"),
        ("fr", "J'ai peur que le pont casse.", "le pont casse"),
        ("es", "Los vecinos creen que sí, que va a esperar.", "va a esperar"),
        ("es", "Quieren que venda el jardín.", "venda el jardín"),
        ("pt", "Tenho medo de que a ponte caia.", "a ponte caia"),
        ("ru", "Он не сказал, что мост надёжный.", "мост надёжный"),
        ("de", "Wenn die Miete steigt, ziehen wir aus.", "ziehen wir aus"),
        ("de", "Wir ziehen aus, wenn die Miete steigt.", "Wir ziehen aus"),
        ("fr", "Si le loyer monte, nous partirons.", "nous partirons"),
        ("es", "Si sube la renta, nos vamos.", "nos vamos"),
        ("pt", "Se a renda subir, vamos embora.", "vamos embora"),
    ],
)
def test_a_lost_hedge_or_condition_is_a_caution(make_index: MakeIndex, language: str, said: str, quote: str) -> None:
    evidence = verify_quote(Quote(quote), make_index(f"Ann: {said}", language=language))
    assert evidence.verdict.is_accepted
    assert evidence.reasons[0] is Reason.CONTEXT


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        ("I doubt it. The rent will fall.", "The rent will fall."),
        ("There is no doubt that the rent will fall.", "the rent will fall"),
        ("We are used to living by the river.", "living by the river"),
        ("He doesn't -- he does own the field.", "he does own the field"),
        ("Whether you like it or not we sold the garden.", "we sold the garden"),
        ("I don't know if she pays.", "I don't know"),
    ],
)
def test_what_does_not_govern_the_quote_takes_nothing_back(make_index: MakeIndex, said: str, quote: str) -> None:
    evidence = verify_quote(Quote(quote), make_index(f"Ann: {said}"))
    assert evidence.verdict.is_accepted


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        ("There are only -- there are only four chairs that are -- you know, red.", "you know, red"),
        ("The first half of 2020 was good.", "2020 was good"),
        ("In the third quarter 2020 was forgotten.", "In the third quarter"),
        ("Let me say that we sold the garden.", "that we sold the garden"),
        ("But for Italian we choose Spanish.", "we choose Spanish"),
        ("Do you find more chairs or less noise?", "Do you find more chairs"),
        ("Nobody came, so I know we sold the garden.", "we sold the garden"),
    ],
)
def test_what_only_looks_like_a_frame_is_no_caution(make_index: MakeIndex, said: str, quote: str) -> None:
    evidence = verify_quote(Quote(quote), make_index(f"Ann: {said}"))
    assert evidence.verdict.is_accepted
    assert Reason.CONTEXT not in evidence.reasons


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        ("We sold three hundred and forty chairs.", "forty chairs"),
        ("We sold thirty-six chairs.", "six chairs"),
        ("We sold two thousand chairs.", "We sold two"),
        ("We sold three hundred and forty chairs.", "We sold three hundred"),
        ("We paid two and a half euros.", "We paid two"),
        ("It fell by sixteen point five percent.", "It fell by sixteen"),
    ],
)
def test_a_number_cut_in_two_is_altered(make_index: MakeIndex, said: str, quote: str) -> None:
    evidence = verify_quote(Quote(quote), make_index(f"Ann: {said}"))
    assert evidence.verdict is Verdict.ALTERED
    assert evidence.reasons[:2] == (Reason.NUMBER, Reason.CONTEXT)


def test_a_denial_reaches_over_a_backchannel(make_index: MakeIndex) -> None:
    index = make_index("Ann: Well.", "Ann: I don't think that", "Ben: Mhm.", "Ann: the rent will fall this year.")
    assert verify_quote(Quote("the rent will fall this year"), index).verdict is Verdict.ALTERED


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        ("They pretend to care about the garden.", "They … care about the garden."),
        ("They might mend the stairs.", "They … mend the stairs."),
        ("We almost lost the garden.", "We … lost the garden."),
        ("I'd sell it if the landlord let me.", "I'd sell it … the landlord let me."),
        ("I like it if it rains. If it snows, you need a sledge.", "I like it … you need a sledge."),
    ],
)
def test_an_ellipsis_must_not_hide_what_turns_the_words(make_index: MakeIndex, said: str, quote: str) -> None:
    assert verify_quote(Quote(quote), make_index(f"Ann: {said}")).verdict is Verdict.ALTERED


def test_answers_to_two_questions_are_not_one_quote(make_index: MakeIndex) -> None:
    index = make_index("Ann: My neighbour helps.", "Ben: And who never ever helps?", "Ann: The landlord and his son.")
    evidence = verify_quote(Quote("My neighbour helps. The landlord and his son."), index)
    assert Reason.STITCHED in evidence.reasons


@pytest.mark.parametrize("quote", ["The rent has fallen.", "the rent has fallen.", "The rent has fallen"])
def test_the_end_of_a_question_is_no_statement(make_index: MakeIndex, quote: str) -> None:
    evidence = verify_quote(Quote(quote, "Ben"), make_index("Ben: Would you say that the rent has fallen?"))
    assert evidence.verdict is Verdict.ALTERED
    assert Reason.QUESTION in evidence.reasons


@pytest.mark.parametrize(
    ("language", "said", "quote"),
    [
        pytest.param("en", "They did not find that staffing was the cause.", "staffing was the cause", id="find"),
        pytest.param("en", "I can't prove that the mould made it worse.", "the mould made it worse", id="prove"),
        pytest.param("de", "Sie konnten nicht beweisen, dass er dort war.", "er dort war", id="beweisen"),
        pytest.param("fr", "On n'a pas prouvé que le four était froid.", "le four était froid", id="prouvé"),
        pytest.param("es", "No pudieron probar que el dinero faltaba.", "el dinero faltaba", id="probar"),
        pytest.param("pt", "Não conseguimos provar que o dinheiro faltava.", "o dinheiro faltava", id="provar"),
    ],
)
def test_what_was_not_proved_is_not_stated(make_index: MakeIndex, language: str, said: str, quote: str) -> None:
    evidence = verify_quote(Quote(quote), make_index(f"Ann: {said}", language=language))
    assert Reason.CONTEXT in evidence.reasons
    assert evidence.verdict is Verdict.ALTERED
